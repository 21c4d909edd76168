"""A report as Markdown that GitHub takes as the summary of a job.

It has no pictures, which a summary cannot hold, and no relative links, which
lead nowhere there. What does not hold comes first.
"""

import re
from collections.abc import Callable, Sequence

from comparisons.report import markdown as reports
from comparisons.report.checks import Check, failures, undecided
from comparisons.report.words import made_with
from comparisons.results import Result

LIMIT = 1024 * 1024  # bytes that GitHub takes of one step
# What ends the text when reports had to be left out; it has to fit, too.
ROOM = 300


def summary(
    results: Sequence[Result], changes: str = "", limit: int = LIMIT
) -> str:
    """Return the summary of a report, in `limit` bytes of UTF-8 at most.

    Args:
        results: in the order of the book.
        changes: Markdown of what changed since earlier results, if asked.
        limit: whole reports of tasks are left out at the end to keep to it.
    """
    parts = [head(results), changes, table(results), machines(results)]
    text = "\n".join(part for part in parts if part)
    if size(text) > limit - ROOM:
        text = cut(text, limit - ROOM)
    left_out = 0
    for result in results:
        more = details(result)
        if left_out or size(text) + size(more) > limit - ROOM:
            left_out += 1
        else:
            text += more
    if left_out:
        text += (
            f"\n{left_out} reports are left out: GitHub takes {limit:,} bytes. "
            "The report that was uploaded has them all.\n"
        )
    return text


def head(results: Sequence[Result]) -> str:
    """Return how many pairs hold, and of the others why not."""
    lines = [f"# {headline(results)}", ""]
    lines += told("What does not hold", results, failures)
    lines += told("What more seeds would decide", results, undecided)
    return "\n".join(lines)


def headline(results: Sequence[Result]) -> str:
    """Return how many pairs hold, on one line."""
    held = sum(not failures(result) for result in results)
    return f"Keras and PyTorch: {held} of {len(results)} pairs hold"


def counts(results: Sequence[Result]) -> str:
    """Return what became of proofs and verdicts, on one line."""
    proven = sum(result.passed for result in results)
    shown = [r.shown for r in results if r.shown]
    found = [accuracy.verdict for accuracy in shown]
    parts = [f"{proven} of {len(results)} proven"]
    parts += [
        f"{found.count(verdict)} {verdict}"
        for verdict in ("equivalent", "different", "undecided")
        if verdict in found
    ]
    below = sum(not accuracy.beats_baseline for accuracy in shown)
    parts += [f"{below} below the baseline"] if below else []
    return ", ".join(parts)


def told(
    title: str,
    results: Sequence[Result],
    of: Callable[[Result], list[Check]],
) -> list[str]:
    lines = []
    for result in results:
        found = of(result)
        lines += [
            f"- **{result.task}**, {check.title}: {plain(check.told)}"
            for check in found
        ]
    return [f"## {title}", "", *lines, ""] if lines else []


def table(results: Sequence[Result]) -> str:
    """Return the table of pairs, without links."""
    text = reports.table_of_pairs(results)
    return f"## The pairs\n\n{counts(results)}.\n\n{text}"


def machines(results: Sequence[Result]) -> str:
    """Return what the results were made with, each machine once."""
    said = {}
    for result in results:
        for _, section in result.sections():
            made = section.made_with
            about = made.model_dump(exclude={"commit", "digest", "date"})
            said[str(about)] = made_with(section)  # of the last one
    return "\n".join(f"{line}\n" for line in said.values())


def details(result: Result) -> str:
    """Return a task's whole report, folded; pictures are left out."""
    _, _, text = reports.markdown(result).partition("\n")
    text = re.sub(r"^!\[.*\n+", "", text, flags=re.MULTILINE)
    text = re.sub(r"^## ", "#### ", text, flags=re.MULTILINE)
    text = re.sub(r"^### ", "##### ", text, flags=re.MULTILINE)
    mark = "✗" if failures(result) else "✓"
    return (
        f"\n<details><summary>{mark} {result.section} {plain(result.title)}"
        f"</summary>\n{text}\n</details>\n"
    )


def plain(text: str) -> str:
    """Return a text on one line that Markdown takes for no HTML."""
    return " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;")


def size(text: str) -> int:
    return len(text.encode())


def cut(text: str, limit: int) -> str:
    """Return the whole lines of a text that fit into so many bytes."""
    whole = text.encode()[:limit].decode(errors="ignore")
    return whole.rpartition("\n")[0] + "\n"
