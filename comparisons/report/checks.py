"""What a result has to hold, as one list of checks.

The index, the summary, JUnit and the gate all go by it, so that they cannot
say different things of the same result.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from comparisons.report.words import gap, score
from comparisons.results import Accuracy, Result, Rung, Verdict

Kind = Literal["rung", "verdict", "baseline", "arithmetic"]
State = Literal["held", "failed", "undecided"]
# JSON has no infinity and no nan, XML has no numbers: both get these words.
Figure = float | Literal["Infinity", "-Infinity", "NaN"]

STATES: Mapping[Verdict, State] = {
    "equivalent": "held",
    "different": "failed",
    "undecided": "undecided",
}


@dataclass(frozen=True)
class Check:
    """One thing that a result has to hold, and how it stands.

    told: why it does not hold, in words; empty where it does.
    figures: what was found and what was asked, by name.
    """

    kind: Kind
    name: str
    state: State
    told: str = ""
    figures: Mapping[str, Figure | str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return self.name if self.kind == "rung" else self.kind


def checks(result: Result) -> list[Check]:
    """Return every check of a result, the rungs first."""
    found = [of_rung(rung) for rung in result.parity.rungs]
    if not result.parity.passed and all(c.state == "held" for c in found):
        told = "the proof did not pass; no rung says why"
        found.append(Check("rung", "proof", "failed", told))
    if result.accuracy:
        found += [of_verdict(result.accuracy), of_baseline(result.accuracy)]
    arithmetic = result.memory.arithmetic if result.memory else None
    if arithmetic:
        state: State = "held" if arithmetic.equal else "failed"
        name = "weights, gradients and slots"
        told = arithmetic.detail or "unequal"
        told = "" if arithmetic.equal else told
        found.append(Check("arithmetic", name, state, told))
    return found


def failures(result: Result) -> list[Check]:
    """Return what a result does not hold."""
    return [check for check in checks(result) if check.state == "failed"]


def undecided(result: Result) -> list[Check]:
    """Return what more seeds would decide."""
    return [check for check in checks(result) if check.state == "undecided"]


def name_of(rung: Rung) -> str:
    """Return what tells a rung from all others of its task."""
    name = f"{rung.name} {rung.dtype} {rung.lane}"
    return f"{name} ({rung.variant})" if rung.variant else name


def of_rung(rung: Rung) -> Check:
    told = rung.detail
    if "received" not in told:  # a half that raised an error, say
        where = f" at {rung.worst}" if rung.worst else ""
        told = (
            f"received {rung.max_difference:.1e}{where}; expected "
            f"{rung.tolerance:.0e} at most"
        )
        told += f"; {rung.detail}" if rung.detail else ""
    figures: dict[str, Figure | str] = {
        "max_difference": figure(rung.max_difference),
        "tolerance": figure(rung.tolerance),
    }
    if rung.noise_floor is not None:
        figures["noise_floor"] = figure(rung.noise_floor)
    if rung.worst:
        figures["worst"] = rung.worst
    state: State = "held" if rung.passed else "failed"
    return Check(
        "rung", name_of(rung), state, "" if rung.passed else told, figures
    )


def of_verdict(accuracy: Accuracy) -> Check:
    figures: dict[str, Figure | str] = {
        "metric": accuracy.metric,
        "keras": score(accuracy.keras, accuracy),
        "torch": score(accuracy.torch, accuracy),
        "mean_gap": figure(accuracy.mean_gap),
        "margin": figure(accuracy.margin),
        "seeds": len(accuracy.seeds),
    }
    if accuracy.ci90:
        low, high = accuracy.ci90
        figures |= {"ci90_low": figure(low), "ci90_high": figure(high)}
    state = STATES[accuracy.verdict]
    told = "" if state == "held" else gap(accuracy)
    return Check("verdict", accuracy.verdict, state, told, figures)


def of_baseline(accuracy: Accuracy) -> Check:
    figures: dict[str, Figure | str] = {
        "keras": score(accuracy.keras, accuracy),
        "torch": score(accuracy.torch, accuracy),
        "baseline": figure(accuracy.baseline),
    }
    told = (
        f"received {figures['keras']} and {figures['torch']}; expected clearly "
        f"{'more' if accuracy.higher_is_better else 'less'} than the "
        f"{accuracy.baseline:.3f} of {accuracy.baseline_name}"
    )
    held = accuracy.beats_baseline
    return Check(
        "baseline",
        accuracy.baseline_name,
        "held" if held else "failed",
        "" if held else told,
        figures,
    )


def figure(value: float) -> Figure:
    """Return a number, or the word for one that JSON does not have."""
    if math.isfinite(value):
        return value
    if math.isnan(value):
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"
