"""Results as pages show them: cells of the index, the report of a pair."""

import math
from dataclasses import dataclass

from comparisons.differences import Difference
from comparisons.pages.sources import Pair
from comparisons.report import markdown as report
from comparisons.report.words import (
    gap,
    live_memory,
    made_with,
    proven_to,
    score,
    speed,
)
from comparisons.results import Result

# The report of a pair is split here: one part above the code, one below.
FIRST_HEADING = "\n## "


@dataclass(frozen=True)
class Cells:
    """A pair in the table of contents."""

    proven: bool
    proof: str
    verdict: str
    keras: str
    torch: str
    speed: str
    keras_memory: str
    torch_memory: str


def cells(pair: Pair) -> Cells:
    result, bench = pair.result, pair.bench
    accuracy, throughput, memory = (
        result.accuracy,
        bench.throughput,
        bench.memory,
    )
    return Cells(
        result.parity.passed,
        proven_to(result),
        gap(accuracy) if accuracy else "not compared",
        score(accuracy.keras, accuracy) if accuracy else "–",
        score(accuracy.torch, accuracy) if accuracy else "–",
        speed(throughput.step or throughput.train)[2] if throughput else "–",
        live_memory(memory.keras) if memory else "–",
        live_memory(memory.torch) if memory else "–",
    )


def whole(pair: Pair) -> Result:
    """Return a pair's result with the speed and memory of its bench."""
    bench = pair.bench
    return pair.result.model_copy(
        update={
            "throughput": bench.throughput,
            "memory": bench.memory,
            "cost": bench.cost,
            "machine": bench.machine,
            "overhead": None,
        }
    )


def above(pair: Pair) -> str:
    """Return what a reader should know before the code, as Markdown."""
    text = report.markdown(whole(pair)).split(FIRST_HEADING)[0]
    return text.partition("\n")[2].strip()  # without its title


def below(pair: Pair) -> str:
    """Return ladder, accuracy, exhibit, speed and machine, as Markdown."""
    _, _, text = report.markdown(whole(pair)).partition(FIRST_HEADING)
    bench = made_with(pair.bench.environment)
    return f"## {text.strip()}\n\nSpeed and memory: {bench}\n"


def apart(told: Difference) -> str:
    """Return how far apart the defaults of an entry are."""
    if math.isinf(told.gap):
        return "Defaults do not compare: one refuses, or the shapes differ"
    return f"Defaults at least {told.gap:.0e} apart in {told.gap_type}"
