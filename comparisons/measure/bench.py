"""Studies that `bench` makes with an option: one task at a time."""

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from comparisons import digests
from comparisons.common import SIDES, Name, RequestError
from comparisons.console import Say
from comparisons.measure import scale, studies
from comparisons.measure.machine import environment
from comparisons.measure.race import Budget
from comparisons.request import Request, loaded
from comparisons.results import Kind, StudySection
from comparisons.sides.process import Settings, Side, both_sides
from comparisons.task import Task


@dataclass(frozen=True)
class StudyRequest:
    """Which study, for how many seconds a race, of which modes."""

    kind: Kind
    seconds: float
    modes: Sequence[str] = ("all",)


def wanted(
    modes: str | None, against: str | None, scaled: bool, seconds: float
) -> StudyRequest | None:
    """Return the study that options ask for; None for the bench itself.

    Raises:
        RequestError: they ask for several, or for one that there is not.
    """
    asked = [name for name, given in (("--modes", modes), ("--against",
             against), ("--scale", scaled)) if given]  # fmt: skip
    if len(asked) > 1:
        raise RequestError(
            f"received {' and '.join(asked)}; expected one of them at a time"
        )
    if modes:
        return StudyRequest("modes", seconds, modes=modes.split(","))
    if against == "idioms":
        return StudyRequest("idioms", seconds)
    if against:
        raise RequestError(f"received --against {against}; expected idioms")
    return StudyRequest("scale", seconds) if scaled else None


def study(
    task: Task,
    request: Request,
    settings: Settings,
    asked: StudyRequest,
    say: Say,
) -> StudySection:
    """Make one study of a proven pair, in new processes.

    Raises:
        RequestError: a mode is not known.
    """
    config = task.config(request.preset)
    budget = Budget(most_s=asked.seconds)
    with (
        loaded(task, request, config) as (train, test, _),
        ExitStack() as stack,
    ):
        # How cost grows is seen in one process, which grows with it.
        several = task.trains and asked.kind != "scale"
        count = request.repeats if several else 1
        starts: list[dict[Name, Side]] = [
            dict(zip(SIDES, stack.enter_context(both_sides(settings)),
                     strict=True))
            for _ in range(count)
        ]  # fmt: skip
        keras, torch = starts[0]["keras"], starts[0]["torch"]
        found = StudySection(
            kind=asked.kind,
            made_with=environment(
                digests.task_digest(task, request.preset),
                keras, torch, settings,
            ),
            preset=request.preset,
            data=request.data,
            samples={"train": train.samples or 0, "test": test.samples or 0},
        )  # fmt: skip
        if not task.trains:
            return found
        for sides in starts:
            for side in sides.values():
                side.doing = f"benchmarking ({asked.kind})"
        if asked.kind == "scale":
            folder = Path(
                stack.enter_context(
                    tempfile.TemporaryDirectory(prefix="comparisons-")
                )
            )
            found.grown = scale.scale(
                task, config, starts[0], train, folder, say
            )
            found.growth = scale.growth(found.grown)
            return found
        if asked.kind == "modes":
            known_modes(starts[0], asked.modes)
            found.timed = studies.modes(
                task, config, starts, train, test, budget, asked.modes, say
            )
        else:
            found.timed = studies.idioms(
                task, config, starts, train, test, budget, say
            )
    return found


def known_modes(sides: dict[Name, Side], chosen: Sequence[str]) -> None:
    known = {
        name for side in sides.values() for name in side.call("mode_names")
    }
    if unknown := set(chosen) - known - {"all"}:
        raise RequestError(
            f"received --modes {','.join(sorted(unknown))}; expected all, or "
            f"some of {', '.join(sorted(known))}"
        )
