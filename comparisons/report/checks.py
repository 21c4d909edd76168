"""What a result has to hold, as one list of checks.

The index, the summary, JUnit and the gate all use this list, so they cannot
contradict each other. Conclusions are computed from the figures again: a file
that says something else does not hold.
"""

from collections.abc import Sequence
from typing import Literal

from comparisons.measure.intervals import beats_baseline, paired_gap
from comparisons.records import Number, Record, Rung, Verdict
from comparisons.report.words import gap, score
from comparisons.results import AccuracySection, MemorySection, Result

Kind = Literal["rung", "verdict", "baseline", "arithmetic"]
State = Literal["held", "failed", "undecided"]

STATES: dict[Verdict, State] = {
    "equivalent": "held",
    "different": "failed",
    "undecided": "undecided",
}


class Check(Record):
    """One thing that a result has to hold, and how it stands.

    told: why it does not hold, in words; empty where it does.
    figures: what was found and what was asked, by name.
    """

    kind: Kind
    name: str
    state: State
    told: str = ""
    figures: dict[str, Number | str] = {}

    @property
    def title(self) -> str:
        return self.name if self.kind == "rung" else self.kind


def checks(result: Result) -> list[Check]:
    """Return every check of a result, the rungs first."""
    rungs = result.proof.rungs if result.proof else []
    found = [of_rung(rung) for rung in rungs]
    if not result.passed and all(check.state == "held" for check in found):
        told = "there is no proof"
        if result.proof:
            told = "the proof did not pass; no rung says why"
        found.append(
            Check(kind="rung", name="proof", state="failed", told=told)
        )
    if result.shown:
        found += [of_verdict(result.shown), of_baseline(result.shown)]
    return found + of_arithmetic(result.memory)


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
    # A rung may fail for another reason; above its tolerance none holds.
    held = rung.passed and rung.max_difference <= rung.tolerance
    told = rung.detail
    if "received" not in told:  # as where a half raised an error
        where = f" at {rung.worst}" if rung.worst else ""
        told = (
            f"received {rung.max_difference:.1e}{where}; expected "
            f"{rung.tolerance:.0e} at most"
        )
        told += f"; {rung.detail}" if rung.detail else ""
    figures: dict[str, float | str] = {
        "max_difference": rung.max_difference,
        "tolerance": rung.tolerance,
    }
    if rung.noise_floor is not None:
        figures["noise_floor"] = rung.noise_floor
    if rung.worst:
        figures["worst"] = rung.worst
    return Check(
        kind="rung",
        name=name_of(rung),
        state="held" if held else "failed",
        told="" if held else told,
        figures=figures,
    )


def of_verdict(accuracy: AccuracySection) -> Check:
    figures: dict[str, float | str] = {
        "metric": accuracy.metric,
        "keras": score(accuracy.keras, accuracy),
        "torch": score(accuracy.torch, accuracy),
        "mean_gap": accuracy.mean_gap,
        "margin": accuracy.margin,
        "seeds": len(accuracy.seeds),
    }
    if accuracy.ci90:
        low, high = accuracy.ci90
        figures |= {"ci90_low": low, "ci90_high": high}
    # Where nothing trains, one run says what all would.
    drawn = any(accuracy.losses["keras"])
    again = paired_gap(accuracy.keras, accuracy.torch, accuracy.margin, drawn)
    state = STATES[again.verdict]
    told = "" if state == "held" else gap(accuracy)
    if again.verdict != accuracy.verdict:
        state = "failed"
        told = (
            f"received the verdict {accuracy.verdict}; expected "
            f"{again.verdict}, which the scores give"
        )
    return Check(
        kind="verdict",
        name=accuracy.verdict,
        state=state,
        told=told,
        figures=figures,
    )


def of_baseline(accuracy: AccuracySection) -> Check:
    figures: dict[str, float | str] = {
        "keras": score(accuracy.keras, accuracy),
        "torch": score(accuracy.torch, accuracy),
        "baseline": accuracy.baseline,
    }
    told = (
        f"received {figures['keras']} and {figures['torch']}; expected clearly "
        f"{'more' if accuracy.higher_is_better else 'less'} than the "
        f"{accuracy.baseline:.3f} of {accuracy.baseline_name}"
    )
    held = beats_baseline(
        accuracy.keras + accuracy.torch,
        accuracy.baseline,
        accuracy.margin,
        accuracy.higher_is_better,
    )
    return Check(
        kind="baseline",
        name=accuracy.baseline_name,
        state="held" if held else "failed",
        told="" if held else told,
        figures=figures,
    )


def of_arithmetic(sections: Sequence[MemorySection]) -> list[Check]:
    """Return whether both halves keep the same bytes, wherever measured."""
    known = [one.arithmetic for one in sections if one.arithmetic]
    if not known:
        return []
    unequal = [one for one in known if not one.equal]
    return [
        Check(
            kind="arithmetic",
            name="weights, gradients and slots",
            state="failed" if unequal else "held",
            told=(unequal[0].detail or "unequal") if unequal else "",
        )
    ]
