"""Figures in prose: each has a key that leads to it in the results.

In a page stands `0.968<!-- TASK PATH -->`. PATH leads through the sections by
dots: a field, a preset, `keras` or `torch`. Of a list of scores `mean` is the
mean. A record of speed is chosen by words of its machine class, as in
`speed[AMX spin].train.ratio`: all words have to be in it, and TensorFlow is
the engine if none is named. A ratio shows its interval, if that is narrow.
"""

import re
import statistics
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from comparisons.common import RequestError
from comparisons.records import Ratio
from comparisons.report.machines import title_of
from comparisons.report.words import ENGINES, times
from comparisons.results import Result, SpeedSection

KEY = re.compile(
    r"(?P<text>[^\s|>*(]+(?: \[[^\]]*\])?)"
    r"<!-- (?P<task>chapter\w+) (?P<path>\w+\S*?(?:\[[^\]]*\]\S*)?) -->"
)


def chosen(records: list[SpeedSection], words: str) -> SpeedSection:
    """Return the record of the machine class that has all words.

    Raises:
        LookupError: none or several have.
    """
    wanted = words.split()
    if not set(wanted) & set(ENGINES.values()):
        wanted.append(ENGINES["tensorflow"])
    found = [
        one
        for one in records
        if set(wanted) <= set(re.split(r"[ ·]+", title_of(one)))
    ]
    if len(found) != 1:
        raise LookupError(f"{len(found)} records of speed fit [{words}]")
    return found[0]


def look_up(result: Result, path: str) -> str | float:
    """Return the figure that a path leads to.

    Raises:
        LookupError: the path leads nowhere.
    """
    value: Any = result
    for step in re.findall(r"\w+(?:\[[^\]]*\])?", path):
        name, _, words = step.partition("[")
        if isinstance(value, BaseModel) and name in type(value).model_fields:
            value = getattr(value, name)
        elif isinstance(value, Mapping) and name in value:
            value = value[name]
        elif isinstance(value, list) and name == "mean":
            value = statistics.fmean(value)
        else:
            raise LookupError(f"there is no {name}")
        if words:
            value = chosen(value, words.rstrip("]"))
    if isinstance(value, Ratio):
        return times(value)
    if isinstance(value, str | int | float):
        return value
    raise LookupError("it leads to no figure")


def shown(value: str | float, like: str) -> str:
    """Return a figure with as many decimals as `like` has."""
    if isinstance(value, str):
        return value
    _, _, decimals = like.partition(".")
    digits = len(re.match(r"\d*", decimals)[0])  # type: ignore[index]
    percent = like.endswith("%")
    text = f"{100 * value if percent else value:,.{digits}f}"
    return text + ("%" if percent else "")


def rewritten(text: str, results: Mapping[str, Result]) -> str:
    """Return a page with its figures as the results have them.

    Raises:
        RequestError: a key leads nowhere.
    """

    def put(match: re.Match[str]) -> str:
        try:
            value = look_up(results[match["task"]], match["path"])
        except LookupError as error:
            raise RequestError(
                f"received the key {match['task']} {match['path']} ({error}); "
                "expected one that leads to a figure; correct it"
            ) from None
        figure = shown(value, match["text"])
        return match[0].replace(match["text"], figure, 1)

    return KEY.sub(put, text)
