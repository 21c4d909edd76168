"""Results as JUnit XML, which every CI reads.

A suite per task, a case per rung, verdict, baseline and memory arithmetic;
the figures are properties. An undecided verdict is skipped: it neither holds
nor fails. Timing is a property and no case.
"""

import re
from collections.abc import Iterable, Sequence
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from comparisons.report.checks import Check, checks
from comparisons.report.words import kinds_of, live_memory, speed
from comparisons.results import Result

# What XML 1.0 has no way to write; a half's error message may hold it.
ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
Property = tuple[str, object]


def junit(results: Sequence[Result]) -> str:
    """Return the XML of results, in the order in which they come."""
    root = Element("testsuites", name="parity")
    found = {result.task: checks(result) for result in results}
    counted(root, [check for each in found.values() for check in each])
    for result in results:
        suite = SubElement(
            root,
            "testsuite",
            name=result.task,
            time=f"{seconds(result):.1f}",
            # Without the zone, which older readers do not take; it is UTC.
            timestamp=result.environment.date[:19],
        )
        counted(suite, found[result.task])
        put(suite, properties(result))
        for check in found[result.task]:
            suite.append(case(result.task, check))
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'


def counted(element: Element, found: Sequence[Check]) -> None:
    states = [check.state for check in found]
    element.set("tests", str(len(states)))
    element.set("failures", str(states.count("failed")))
    element.set("errors", "0")
    element.set("skipped", str(states.count("undecided")))


def case(task: str, check: Check) -> Element:
    element = Element("testcase", classname=task, name=clean(check.title))
    put(element, check.figures.items())
    if check.state == "failed":
        told = SubElement(element, "failure", type=check.kind)
        told.set("message", clean(check.told))
        told.text = clean(check.told)
    elif check.state == "undecided":
        SubElement(element, "skipped", message=clean(check.told))
    return element


def put(element: Element, named: Iterable[Property]) -> None:
    named = list(named)
    if not named:
        return
    several = SubElement(element, "properties")
    for name, value in named:
        SubElement(several, "property", name=name, value=clean(str(value)))


def properties(result: Result) -> list[Property]:
    """Return what a reader of CI must know of a task beside its cases."""
    e = result.environment
    found: list[Property] = [
        ("section", result.section),
        ("title", result.title),
        ("preset", result.preset),
        ("data", result.data),
        *((f"samples {name}", count) for name, count in result.samples.items()),
        ("keras", e.keras),
        ("backend", f"{e.backend} {e.backend_version}"),
        ("torch", e.torch),
        ("python", e.python),
        ("cpu", e.cpu),
        ("device", e.device),
        ("threads", e.threads),
        ("commit", e.commit),
    ]
    if result.throughput:
        for work, part in kinds_of(result.throughput):
            ours, theirs, ratio = speed(part)
            found += [
                (f"samples/s, {work}, Keras", ours),
                (f"samples/s, {work}, PyTorch", theirs),
                (f"PyTorch / Keras, {work}", ratio),
            ]
    if result.memory:
        found += [
            ("memory, Keras", live_memory(result.memory.keras)),
            ("memory, PyTorch", live_memory(result.memory.torch)),
        ]
    return found


def seconds(result: Result) -> float:
    """Return how long a task took; of one from before that, its proof."""
    if result.overhead:
        return result.overhead.wall_s
    return result.parity.seconds


def clean(text: str) -> str:
    return ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", text)
