"""The ladder proves every correct variant and finds every planted fault.

A half's evidence depends on that half, the weights and the data alone. So the
correct halves are asked once, and of a faulty pair only the faulty half. All
that one pair's tests will need is asked for at once: both sides work while the
tests wait. Run each class in one process.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from fault_kinds import LADDER, Edits, Fault, Variant
from planted_faults import FAULTS, NOT_CAUGHT, SAMPLES, VARIANTS

from comparisons.proof.evidence import (
    Evidence,
    Failure,
    Job,
    Plan,
    Question,
    Work,
    collect,
    general_weights,
)
from comparisons.proof.ladder import carried, judge, replayed
from comparisons.results import Rung
from comparisons.sides.process import Settings, Side, both_sides
from comparisons.sides.wire import Half, Split, State, write_more, write_split
from comparisons.tasks import BY_STEM, Task

ROOT = Path(__file__).parents[2]
STEPS = 12
# The steps of a rung in the native lane need a looser bound than after 50.
LOOSE = {"step": 0.3, "trajectory": 0.3}
TEST_SAMPLES = 600
UNTRAINED = {
    "settings",
    "initialisation",
    "forward",
    "exhibit",
    "forward float32",
    "round trip",
}

PLAIN = tuple(Variant("", pair, (), ()) for pair in SAMPLES)
CONTROLS = {(v.pair, v.name): v for v in (*PLAIN, *VARIANTS)}


# === The edits ==============================================================


def edited(source: str, edits: Edits) -> str:
    """Apply edits, each of which must have exactly one place to go."""
    for old, new in edits:
        found = source.count(old)
        if found != 1:
            raise ValueError(
                f"received a source with {found} times {old!r}; expected it "
                "once: the halves have changed, change faults_chapterNN.py too"
            )
        source = source.replace(old, new)
    return source


def sources(variant: Variant) -> dict[str, str]:
    """Return the text of a variant's two correct halves."""
    return {
        side: edited(
            (ROOT / f"{side}_impl" / f"{variant.pair}.py").read_text(), edits
        )
        for side, edits in (("keras", variant.keras), ("torch", variant.torch))
    }


def faulty_source(fault: Fault) -> str:
    variant = CONTROLS[fault.pair, fault.variant]
    return edited(sources(variant)[fault.side], fault.edits)


def title(item: Fault | Variant) -> str:
    words = item.name or item.pair.split("_", 1)[1]
    return re.sub(r"\W+", "-", words).strip("-")


# === The bench ==============================================================


@dataclass
class Reference:
    """A correct pair: what its halves are asked, and what they gave."""

    task: Task
    keras_half: Half
    torch_half: Half
    keras_requests: dict[Question, Job]
    torch_requests: dict[Question, Job]
    replay: State | Failure

    def ask(self, keras: Side, torch: Side) -> None:
        self.keras = kept(collect(keras, self.keras_half, self.keras_requests))
        asked = collect(torch, self.torch_half, self.torch_requests)
        self.torch = kept(lambda: with_no_noise(asked()))


def with_no_noise(evidence: Evidence) -> Evidence:
    """Let weights that were moved give what the others gave.

    How far that moves the answers is told to a reader, and judges nothing.
    """
    moved = {
        replace(question, moved=True): answer
        for question, answer in evidence.answers.items()
        if question.about in ("forward", "training")
    }
    return evidence.replaced(moved)


def is_needed(question: Question, fault: Fault) -> bool:
    """Whether a fault's own rung, or an earlier one, needs this answer.

    The correct half's stands in for the rest. float32 matters only to the
    rungs that compare it and to the settings, as do trials of shuffling; the
    native lane to no rung before the steps. A half that raises is asked for
    that too, to see it raise.
    """
    if question.about == "exhibit":
        return fault.rung == "exhibit"
    if question.about == "native":
        late = LADDER.index(fault.rung) >= LADDER.index("step")
        return late or fault.raises
    single = fault.rung == "settings" or fault.rung.endswith("float32")
    tried = question.about in ("shuffled", "straight")
    computed = question.about in ("forward", "training")
    return single or not (tried or (computed and question.dtype == "float32"))


class Bench:
    """Both sides, alive, and what they were asked for."""

    def __init__(
        self, keras: Side, torch: Side, folder: Path, faults: list[Fault]
    ) -> None:
        self.keras = keras
        self.torch = torch
        self.folder = folder
        self.faults = faults
        self.splits: dict[str, tuple[Split, Split]] = {}
        self.references: dict[tuple[str, str], Reference] = {}
        self.faulty: dict[str, Callable[[], Evidence]] = {}

    def turn_to(self, key: tuple[str, str]) -> Reference:
        """Ask both sides for all that one correct pair and its faults need.

        What came of the pair before is let go: some weigh a gigabyte.
        """
        if key not in self.references:
            self.references.clear()
            self.faulty.clear()
            variant = CONTROLS[key]
            good = self.refer(variant, *self.begin(variant))
            self.references[key] = good
            good.ask(self.keras, self.torch)
            for fault in self.faults:
                if (fault.pair, fault.variant) == key:
                    self.plant(fault)
        return self.references[key]

    def begin(self, variant: Variant) -> tuple[Any, ...]:
        """Ask for what the rest of a pair's work starts from."""
        ours, theirs = (
            self.written(text, f"{title(variant)}_{side}")
            for side, text in sources(variant).items()
        )
        config = config_of(BY_STEM[variant.pair], variant)
        return (
            ours,
            theirs,
            self.keras.submit("describe", ours, config, "float64"),
            self.torch.submit("describe", theirs, config, "float64"),
            self.keras.submit("initial", ours, config, "float64", 0),
            self.torch.submit("initial", theirs, config, "float32", 1),
        )

    def refer(
        self, variant: Variant, ours: Half, theirs: Half, *asked: Any
    ) -> Reference:
        sides = self.keras, self.torch, self.keras, self.torch
        described, theirs_described, initial, drawn = (
            side.result(future)
            for side, future in zip(sides, asked, strict=True)
        )
        row = BY_STEM[variant.pair]
        bounds = {
            name: max(bound, row.native_bounds.get(name, 0.0))
            for name, bound in LOOSE.items()
        }
        task = replace(row, **{"native_bounds": bounds} | variant.task)
        layers = described.layers
        weights = general_weights(initial, task.pretrained)
        config = config_of(task, variant)
        train, test = self.split(task, config, variant.config)
        plan = Plan.none()
        if task.trains:
            plan = Plan.of(STEPS, config, train.samples or 0)
        moved = carried(layers, weights, theirs_described)
        work = Work(task, config, train, test, plan)
        asked_first = {Question("settings"): ("describe", config, "float64")}
        return Reference(
            task,
            ours,
            theirs,
            asked_first | work.keras_requests(weights),
            asked_first
            | {
                question: request
                for question, request in work.torch_requests(moved).items()
                if not question.moved
            },
            replayed(self.keras, ours, config, layers, drawn),
        )

    def plant(self, fault: Fault) -> None:
        """Ask a faulty half for what the rungs up to its own compare."""
        good = self.references[fault.pair, fault.variant]
        half = self.written(faulty_source(fault), title(fault))
        side, requests = (
            (self.keras, good.keras_requests)
            if fault.side == "keras"
            else (self.torch, good.torch_requests)
        )
        needed = {
            question: request
            for question, request in requests.items()
            if is_needed(question, fault)
        }
        self.faulty[fault.name] = collect(side, half, needed)

    def control(self, variant: Variant) -> list[Rung]:
        """Judge a correct pair, round trip and all."""
        good = self.turn_to((variant.pair, variant.name))
        return judge(good.task, good.keras(), good.torch(), good.replay)

    def rungs(self, fault: Fault) -> list[Rung]:
        """Judge a faulty half against the correct other one."""
        good = self.turn_to((fault.pair, fault.variant))
        faulty = self.faulty.pop(fault.name)()
        answers = faulty.answers
        raised = [a for a in answers.values() if isinstance(a, Failure)]
        assert bool(raised) == fault.raises, raised
        keras, torch = good.keras(), good.torch()
        if fault.side == "keras":
            return judge(good.task, keras.replaced(answers), torch)
        return judge(good.task, keras, torch.replaced(answers))

    def written(self, text: str, name: str) -> Half:
        path = self.folder / f"{name}.py"
        path.write_text(text)
        return Half("", path)

    def split(self, task: Task, config: Any, of: str) -> tuple[Split, Split]:
        key = f"{task.stem}_{of}"
        if key not in self.splits:
            folder = self.folder / key
            folder.mkdir()
            data = task.data_module.load_data(config)
            write_more(data.more, folder)
            sizes = SAMPLES[task.stem], task.few or TEST_SAMPLES
            train, test = (
                replace(
                    write_split(part.head(size), folder, name),
                    samples=min(size, len(part)),
                )
                for part, size, name in zip(
                    (data.train, data.test),
                    sizes,
                    ("train", "test"),
                    strict=True,
                )
            )
            self.splits[key] = train, test
        return self.splits[key]


def config_of(task: Task, variant: Variant) -> Any:
    if variant.config:
        return task.data_module.VARIANTS[variant.config]
    return task.config("quick")


def kept(wait: Callable[[], Evidence]) -> Callable[[], Evidence]:
    """Wait once, then remember."""
    memory: list[Evidence] = []

    def remembered() -> Evidence:
        if not memory:
            memory.append(wait())
        return memory[0]

    return remembered


@pytest.fixture(scope="module")
def bench(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Bench]:
    """Start both sides; they will be asked pair by pair."""
    folder = tmp_path_factory.mktemp("planted_faults")
    faults = [
        item.callspec.params["planted"]
        for item in request.session.items
        if item.path == request.path and "bench" in item.fixturenames
    ]
    # One thread each: the sides share the cores.
    with both_sides(Settings(device="cpu", threads=1), folder) as (
        keras,
        torch,
    ):
        chosen = [fault for fault in faults if isinstance(fault, Fault)]
        yield Bench(keras, torch, folder, chosen)


# === The tests ==============================================================


def rung_of(rung: Rung) -> str:
    """Return the name that a fault gives a rung."""
    single = f"{rung.name} float32"
    return single if rung.dtype == "float32" and single in LADDER else rung.name


def told(rungs: list[Rung]) -> str:
    return "\n".join(
        f"{rung_of(rung)} ({rung.lane}): {rung.detail}"
        for rung in rungs
        if not rung.passed
    )


def in_chapters(first: int, last: int) -> list[Variant | Fault]:
    """Return each correct pair, then the faults that are planted in it."""
    return [
        item
        for key, variant in CONTROLS.items()
        if first <= BY_STEM[variant.pair].chapter <= last
        for item in (
            variant,
            *(f for f in FAULTS if (f.pair, f.variant) == key),
        )
    ]


Record = Callable[[str, object], None]


def judged(bench: Bench, record: Record, planted: Variant | Fault) -> None:
    """It proves every correct pair, and finds every fault on its rung."""
    correct = isinstance(planted, Variant)
    rungs = bench.control(planted) if correct else bench.rungs(planted)
    failed = {rung_of(rung) for rung in rungs if not rung.passed}
    first = min(failed, key=LADDER.index, default="")
    if not correct:
        record("planted fault caught on", first)
    expected = "" if correct else planted.rung
    assert first == expected, (
        f"expected {expected or 'no rung'!r} to fail first, received "
        f"{first or 'none'!r}:\n{told(rungs)}"
    )
    if correct:  # and nothing was left out
        climbed = {rung_of(rung) for rung in rungs} | {"exhibit"}
        trains = BY_STEM[planted.pair].trains
        assert climbed == (set(LADDER) if trains else UNTRAINED)


# Half of them each, so that two processes can share them.


@pytest.mark.parity
class TestUpToChapter8:
    @pytest.mark.parametrize("planted", in_chapters(2, 8), ids=title)
    def test_the_ladder(
        self, bench: Bench, record_property: Record, planted: Variant | Fault
    ) -> None:
        judged(bench, record_property, planted)


@pytest.mark.parity
class TestFromChapter9:
    @pytest.mark.parametrize("planted", in_chapters(9, 12), ids=title)
    def test_the_ladder(
        self, bench: Bench, record_property: Record, planted: Variant | Fault
    ) -> None:
        judged(bench, record_property, planted)


def test_every_fault_is_in_one_of_the_halves() -> None:
    both = in_chapters(2, 8) + in_chapters(9, 12)
    assert len(both) == len(FAULTS) + len(CONTROLS)


def test_table_is_large_and_sound() -> None:
    names = [title(item) for item in (*FAULTS, *CONTROLS.values())]
    assert len(names) == len(set(names))
    assert len(FAULTS) >= 40
    assert {fault.rung for fault in FAULTS} <= set(LADDER)
    sides = Counter(fault.side for fault in FAULTS)
    assert min(sides["keras"], sides["torch"]) >= 18
    assert {fault.pair for fault in FAULTS} == set(SAMPLES)
    assert not NOT_CAUGHT.keys() & {fault.name for fault in FAULTS}


@pytest.mark.parametrize("fault", FAULTS, ids=title)
def test_every_edit_has_its_place(fault: Fault) -> None:
    correct = sources(CONTROLS[fault.pair, fault.variant])[fault.side]
    faulty = faulty_source(fault)
    compile(faulty, fault.name, "exec")
    assert faulty != correct
