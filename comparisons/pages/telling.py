"""Results as pages show them: cells of the index, the report of a pair."""

import math
from dataclasses import dataclass

from comparisons.differences import Difference
from comparisons.pages.sources import Pair
from comparisons.report import markdown as report
from comparisons.report.machines import title_of
from comparisons.report.memory import live_memory
from comparisons.report.words import gap, proven_to, score, speed

# The report of a pair is split here: one part above the code, one below.
FIRST_HEADING = "\n## "


@dataclass(frozen=True)
class Cells:
    """A pair in the table of contents; speed has a line a machine class."""

    proven: bool
    proof: str
    verdict: str
    keras: str
    torch: str
    speed: list[tuple[str, str]]
    keras_memory: str
    torch_memory: str


def cells(pair: Pair) -> Cells:
    result = pair.result
    accuracy = result.shown
    memory = result.memory[-1] if result.memory else None
    return Cells(
        result.passed,
        proven_to(result),
        gap(accuracy) if accuracy else "not compared",
        score(accuracy.keras, accuracy) if accuracy else "–",
        score(accuracy.torch, accuracy) if accuracy else "–",
        [(title_of(one), speed(one.train)[2]) for one in result.speed],
        live_memory(memory.keras) if memory else "–",
        live_memory(memory.torch) if memory else "–",
    )


def above(pair: Pair) -> str:
    """Return what a reader must know before the code, as Markdown."""
    text = report.markdown(pair.result).split(FIRST_HEADING)[0]
    return text.partition("\n")[2].strip()  # without its title


def below(pair: Pair) -> str:
    """Return ladder, accuracy, exhibit, speed and machine, as Markdown."""
    _, _, text = report.markdown(pair.result).partition(FIRST_HEADING)
    return f"## {text.strip()}\n"


def apart(told: Difference) -> str:
    """Return how far apart the defaults of an entry are."""
    if math.isinf(told.gap):
        return "Defaults do not compare: one refuses, or the shapes differ"
    return f"Defaults at least {told.gap:.0e} apart in {told.gap_type}"
