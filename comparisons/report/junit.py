"""Results as JUnit XML, which every CI reads.

A suite per task, a case per rung, verdict, baseline and memory arithmetic;
the figures are properties. An undecided verdict is skipped: it neither holds
nor fails. Timing is a property and no case.
"""

import re
from collections.abc import Sequence

from junitparser import Failure, JUnitXml, Properties, Property, Skipped
from junitparser import TestCase as Case
from junitparser import TestSuite as Suite

from comparisons.report.checks import Check, checks
from comparisons.report.machines import title_of
from comparisons.report.memory import live_memory
from comparisons.report.words import kinds_of, speed
from comparisons.results import Result

# What XML 1.0 has no way to write; a half's error message may hold it.
ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(results: Sequence[Result]) -> str:
    """Return the XML of results, in the order in which they come."""
    root = JUnitXml("parity")
    for result in results:
        suite = Suite(result.task)
        for name, value in properties(result):
            suite.add_property(name, clean(str(value)))
        for check in checks(result):
            suite.add_testcase(case(result.task, check))
        suite.time = result.proof.seconds if result.proof else 0.0
        if result.proof:
            # Without the zone, which older readers do not take; it is UTC.
            suite.timestamp = result.proof.made_with.date[:19]
        root.add_testsuite(suite)
    root.update_statistics()
    return str(root.tostring().decode("utf-8"))


def case(task: str, check: Check) -> Case:
    found = Case(clean(check.title), classname=task)
    if check.figures:
        figures = Properties()
        for name, value in check.figures.items():
            figures.add_property(Property(name, clean(str(value))))
        found.append(figures)
    if check.state == "failed":
        failure = Failure(clean(check.told), check.kind)
        failure.text = clean(check.told)
        found.result = [failure]
    elif check.state == "undecided":
        found.result = [Skipped(clean(check.told))]
    return found


def properties(result: Result) -> list[tuple[str, object]]:
    """Return what a reader of CI must know of a task beside its cases."""
    _, first = next(result.sections())
    made = first.made_with
    found: list[tuple[str, object]] = [
        ("section", result.section),
        ("title", result.title),
        ("preset", first.preset),
        ("data", first.data),
        *((f"samples {name}", count) for name, count in first.samples.items()),
        ("keras", made.keras),
        ("backend", f"{made.backend} {made.backend_version}"),
        ("torch", made.torch),
        ("python", made.python),
        ("machine", made.machine_class),
        ("commit", made.commit),
    ]
    for one in result.speed:
        for work, part in kinds_of(one):
            ours, theirs, ratio = speed(part)
            where = f"{work}, {title_of(one)}"
            found += [
                (f"samples/s, Keras, {where}", ours),
                (f"samples/s, PyTorch, {where}", theirs),
                (f"PyTorch / Keras, {where}", ratio),
            ]
    for memory in result.memory:
        where = memory.made_with.machine_class
        found += [
            (f"memory, Keras, {where}", live_memory(memory.keras)),
            (f"memory, PyTorch, {where}", live_memory(memory.torch)),
        ]
    return found


def clean(text: str) -> str:
    return ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", text)
