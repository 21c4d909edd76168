"""Memory of both halves: repeats, arithmetic, and what people read of it."""

from concurrent.futures import Future
from typing import Any

import pytest
from test_results import make_result, make_section, seen

from comparisons.common import HalfFailed
from comparisons.measure import memory as memory_table
from comparisons.measure.memory import compare_bytes, memory_of, peaks_of
from comparisons.records import Memory
from comparisons.report import markdown as report
from comparisons.report import memory as figures
from comparisons.report import terminal
from comparisons.report.overview import memories
from comparisons.report.words import alarms
from comparisons.request import Request, loaded
from comparisons.results import MemorySection
from comparisons.sides.memory import NO_CUDA, SMALL_BLOCKS, empty_peaks
from comparisons.sides.memory_work import Bytes
from comparisons.sides.process import Settings, both_sides
from comparisons.tasks import BY_STEM

MIB = 2**20

# === Repeats ================================================================


def measured(live: float | None, **changes: Any) -> dict[str, Any]:
    peaks = empty_peaks(NO_CUDA) | {
        "host_allocator_peak_mib": live,
        "host_peak_mib": 50.0,
        "host_level_mib": 600.0,
        "peak_reset": True,
    }
    return peaks | changes


def test_a_figure_is_the_median_of_the_repeats_and_all_are_kept():
    found = peaks_of([measured(20.0), measured(30.0), measured(21.0)])
    assert found.host_allocator_peak_mib == 21.0
    kept = [repeat.host_allocator_peak_mib for repeat in found.repeats]
    assert kept == [20.0, 30.0, 21.0]
    assert found.note == NO_CUDA
    assert found.gpu_allocator_peak_mib is None
    assert found.peak_reset is True
    assert figures.live_memory(found) == "21.0 [20.0, 30.0] MiB live"


def test_one_process_has_no_range():
    assert figures.live_memory(peaks_of([measured(20.0)])) == "20.0 MiB live"


def test_a_repeat_that_failed_is_told_and_the_others_count():
    failed = empty_peaks("not measured: boom") | {"host_peak_mib": None}
    found = peaks_of([failed, measured(20.0, peak_reset=False)])
    assert found.host_allocator_peak_mib == 20.0
    assert found.note == f"not measured: boom; {NO_CUDA}"
    assert found.peak_reset is False


class Pair:
    """Stands in for sides; each pair that is begun measures a little more."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.fails: set[str] = set()

    def sides(self) -> Any:
        self.begun.append(0)
        return tuple(OneSide(name, self) for name in ("keras", "torch"))


class OneSide:
    def __init__(self, name: str, pair: Pair) -> None:
        self.name, self.pair, self.process = name, pair, len(pair.begun)
        self.doing = ""

    def submit(self, function: str, half: Any, config: Any, train: Any) -> Any:
        assert function == "measure_memory"
        assert half.module.startswith(f"{self.name}_impl.")
        self.pair.begun[self.process - 1] += 1
        future: Future[Any] = Future()
        future.set_result(
            {
                "peaks": measured(10.0 * self.process),
                "bytes": Bytes(100, 0, 100, 100, 8),
            }
        )
        return future

    def result(self, future: Any) -> Any:
        if self.name in self.pair.fails:
            raise HalfFailed("boom")
        return future.result()


def asked(repeats: int, pair: Pair) -> Memory:
    task = BY_STEM["chapter08_digits_convnet"]
    split: Any = None
    return memory_of(
        [
            memory_table.begin(pair.sides(), task, None, split)
            for _ in range(repeats)
        ]
    )


@pytest.mark.parametrize("repeats", (1, 3))
def test_every_repeat_is_a_fresh_pair_that_measures_once(repeats):
    pair = Pair()
    memory = asked(repeats, pair)
    assert pair.begun == [2] * repeats
    for peaks in (memory.keras, memory.torch):
        assert len(peaks.repeats) == repeats
        assert peaks.host_allocator_peak_mib == 5.0 * (repeats + 1)
    assert memory.arithmetic is not None
    assert memory.arithmetic.equal


def test_a_half_that_fails_leaves_the_other_and_says_why():
    pair = Pair()
    pair.fails = {"torch"}
    memory = asked(1, pair)
    assert memory.keras.host_allocator_peak_mib == 10.0
    assert memory.torch.host_allocator_peak_mib is None
    assert memory.torch.note == "not measured: boom"
    assert memory.arithmetic is None


# === Arithmetic =============================================================

EQUAL = Bytes(weights=400, frozen=40, gradients=360, slots=720, batch=80)


@pytest.mark.parametrize("field", memory_table.COUNTED)
def test_one_byte_more_is_unequal_and_named(field: str):
    other = EQUAL._replace(**{field: getattr(EQUAL, field) + 1})
    for pair in ((EQUAL, other), (other, EQUAL)):
        found = compare_bytes(*pair)
        assert not found.equal
        assert found.detail.startswith(f"{field}: Keras ")
    assert compare_bytes(EQUAL, EQUAL).equal


def test_a_named_difference_is_taken_off_to_the_byte():
    more = Bytes(weights=16, frozen=16, gradients=0, slots=0)
    other = EQUAL._replace(
        weights=416, frozen=56, explained={"lstm_two_biases": more}
    )
    found = compare_bytes(EQUAL, other)
    assert found.equal
    assert found.explained == [
        "lstm_two_biases: PyTorch has 16 bytes of weights, 16 bytes of frozen"
    ]
    assert found.torch.weights_mib == 416 / MIB  # as it is
    assert not compare_bytes(EQUAL, other._replace(weights=417)).equal
    assert not compare_bytes(other, EQUAL._replace(weights=401)).equal


STEMS = (
    "chapter02_from_scratch",  # a dict, and no optimizer state
    "chapter08_fine_tuning",  # frozen weights, counters of batches
    "chapter10_weather_lstm",  # a second bias that is frozen
    "chapter12_gan",  # two optimizers
    "chapter12_vae",  # targets that are inputs
    "chapter12_deep_dream",  # nothing is trained
)
EXPLAINED = {
    "chapter10_weather_lstm": "lstm_two_biases",
    "chapter12_vae": "targets that are inputs",
}


@pytest.fixture(scope="module")
def both(tmp_path_factory: Any):
    folder = tmp_path_factory.mktemp("sides")
    with both_sides(Settings(device="cpu"), folder) as sides:
        yield sides


@pytest.mark.parity
@pytest.mark.parametrize("stem", STEMS)
def test_both_halves_keep_the_same_by_arithmetic(both, stem: str):
    task = BY_STEM[stem]
    config = task.config("quick")
    with loaded(task, Request(), config) as (train, _, _):
        begun = memory_table.begin(both, task, config, train)
        memory = memory_table.combined([memory_table.told(begun)])
    arithmetic = memory.arithmetic
    assert arithmetic is not None
    assert arithmetic.equal, arithmetic.detail
    known = EXPLAINED.get(stem)
    assert bool(arithmetic.explained) == bool(known)
    assert all(said.startswith(known) for said in arithmetic.explained)
    part = arithmetic.torch
    assert part.weights_mib > part.frozen_mib or not task.trains
    assert (part.gradients_mib > 0) == task.trains
    assert part.batch_mib > 0
    slots = {"chapter02_from_scratch": 0, "chapter12_deep_dream": 0}
    slots |= {"chapter12_gan": 2, "chapter12_vae": 2}
    assert part.slots_mib == pytest.approx(
        part.gradients_mib * slots.get(stem, 1)
    )
    # The allocator has at least the weights, and PyTorch's knows all blocks.
    peak = memory.torch.host_allocator_peak_mib
    assert peak is not None
    assert peak > part.weights_mib + part.gradients_mib + part.slots_mib
    assert SMALL_BLOCKS in memory.keras.note


@pytest.mark.parity
def test_keras_on_pytorch_is_measured_by_the_same_allocator(tmp_path):
    task = BY_STEM["chapter08_digits_convnet"]
    config = task.config("quick")
    settings = Settings(backend="torch", device="cpu")
    with (
        loaded(task, Request(), config) as (train, _, _),
        both_sides(settings, tmp_path) as sides,
    ):
        begun = memory_table.begin(sides, task, config, train)
        memory = memory_table.combined([memory_table.told(begun)])
    assert memory.arithmetic is not None
    assert memory.arithmetic.equal
    assert memory.keras.note == memory.torch.note == NO_CUDA
    ours, theirs = (
        peaks.host_allocator_peak_mib for peaks in (memory.keras, memory.torch)
    )
    assert ours is not None and theirs is not None
    assert theirs / 2 < ours < theirs * 2  # activations, of the same layers


# === Reading it =============================================================


@pytest.fixture
def result() -> Any:
    result = make_result()
    memory = Memory(
        keras=peaks_of(
            [
                measured(live, note=f"{NO_CUDA}; {SMALL_BLOCKS}")
                for live in (20.5, 20.0, 24.0)
            ]
        ),
        torch=peaks_of(
            [
                measured(18.25, predicted_allocator_peak_mib=17.25)
                for _ in range(3)
            ]
        ),
        arithmetic=compare_bytes(
            Bytes(3 * MIB, 0, 3 * MIB, 6 * MIB, MIB),
            Bytes(3 * MIB, 0, 3 * MIB, 6 * MIB, MIB),
        ),
    )
    result.memory = [MemorySection(**make_section(), **dict(memory))]
    return result


def test_the_report_says_what_each_figure_is(result):
    page = report.markdown(result)
    for line in (
        "| weights, by arithmetic | 3.000 | 3.000 |",
        "| optimizer slots, by arithmetic | 6.000 | 6.000 |",
        "| predicted live peak | – | 17.2 (-5.5% of what was measured) |",
        "| allocator's live peak, a settled step "
        "| 20.5 [20.0, 24.0] | 18.2 [18.2, 18.2] |",
    ):
        assert line in page
    assert "Median of 3 new processes" in page
    for note in (NO_CUDA, SMALL_BLOCKS, "fake CPU tensors"):
        assert page.count(note) == 1
    assert "GPU reserved" not in page


def test_a_prediction_that_is_withheld_says_why(result):
    (memory,) = result.memory
    memory.torch.predicted_allocator_peak_mib = None
    memory.torch.prediction_note = "not calibrated for LSTM"
    page = report.markdown(result)
    assert "| – | withheld: not calibrated for LSTM |" in page


def test_a_gpus_figures_take_their_rows(result):
    (memory,) = result.memory
    for peaks in (memory.keras, memory.torch):
        peaks.gpu_allocator_peak_mib = 300.0
        peaks.gpu_warmup_peak_mib = 700.0
        peaks.gpu_reserved_mib = 512.0
        peaks.gpu_allocator = "native, fixed segments"
        peaks.note = ""
    page = report.markdown(result)
    assert "warming up | 700.0 | 700.0 |" in page
    assert "| GPU reserved | 512.0 | 512.0 |" in page
    assert "PyTorch: native, fixed segments." in page
    assert "300.0 MiB live on the GPU" in seen(result)
    assert NO_CUDA not in page


def test_unequal_arithmetic_is_a_parity_bug_in_red(result):
    assert alarms(result) == []
    result.memory[0].arithmetic = compare_bytes(
        EQUAL, EQUAL._replace(slots=EQUAL.slots + 4)
    )
    (line,) = alarms(result)
    assert line.startswith("PARITY BUG") and "slots" in line
    assert f"**{line}**" in report.markdown(result)
    (table,) = memories([result])
    assert "PARITY BUG" in table.markdown()
    shown = terminal.block(result)
    styles = {str(cell.style) for cell in cells(shown) if line in cell.plain}
    assert styles == {"bold red"}


def cells(table: Any) -> Any:
    for column in table.columns:
        yield from (c for c in column._cells if hasattr(c, "plain"))


def test_a_table_of_each_machine_class_has_no_empty_column(result):
    bare = make_result()
    (table,) = memories([result, bare])
    first, second = table.rows
    assert "20.5 [20.0, 24.0]" in first and "✓" in first
    assert second.count("–") == 5  # the other task has those figures
    bare.memory[0].made_with.cpu = "Other CPU"
    tables = memories([result, bare])
    titles = [table.title for table in tables]
    assert titles == [f"Memory, MiB: {' · '.join(r.memory[0].key)}"
                      for r in (result, bare)]  # fmt: skip
    assert "–" not in tables[1].rows[0]
    assert list(tables[1].columns)[:2] == ["task", "Keras live"]
    result.memory = []
    assert memories([result]) == []
