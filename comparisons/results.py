"""The result of one task, as other programs read it. Schema version 1.

`python -m comparisons list --schema` prints the JSON Schema of `Result`.
"""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from comparisons.common import RequestError

Verdict = Literal["equivalent", "different", "undecided"]
Lane = Literal["native", "aligned"]


class Record(BaseModel):
    # JSON has no infinity; pydantic's default, null, could not be read back.
    model_config = ConfigDict(
        extra="forbid", allow_inf_nan=True, ser_json_inf_nan="strings"
    )


class Rung(Record):
    """One comparison of the ladder; differences are relative."""

    name: str
    dtype: str
    lane: Lane
    max_difference: float
    tolerance: float
    noise_floor: float | None = None
    worst: str = ""
    passed: bool
    detail: str = ""
    variant: str = ""  # a further configuration of the task; "" its own
    compared_steps: int | None = None  # of a chaotic whole run, else all


class Parity(Record):
    passed: bool
    steps: int
    rungs: list[Rung]
    differences: list[str]  # atlas entries that the aligned lane closed
    answers_agree: float | None = None  # of a whole run, share of test samples
    seconds: float
    proven: str | None = None  # when, if an earlier run did: nothing changed


class Accuracy(Record):
    metric: str
    unit: str
    higher_is_better: bool
    seeds: list[int]
    keras: list[float]
    torch: list[float]
    baseline: float
    baseline_name: str
    beats_baseline: bool
    mean_gap: float  # PyTorch minus Keras
    ci90: tuple[float, float] | None
    margin: float
    verdict: Verdict
    agreement: float  # share of test samples, mean over seeds
    losses: dict[Literal["keras", "torch"], list[list[float]]]
    seconds: dict[Literal["keras", "torch"], float]
    reproduced: bool | None = None  # same bits as the last run of the same code


class Speed(Record):
    """Samples per second over timed blocks."""

    median: float
    iqr: tuple[float, float]
    per_cpu_second: float


class Ratio(Record):
    """PyTorch over Keras."""

    median: float
    ci95: tuple[float, float]
    control_ci95: tuple[float, float]  # a half against itself: should hold 1


class Compared(Record):
    """Two halves, each in so many processes that were started for it.

    `blocks` were kept of the start that has the fewest; `repeated` letters were
    thrown away, as others held cores, and timed again up to their last try.
    """

    starts: int = 1
    keras: Speed | None = None
    torch: Speed | None = None
    ratio: Ratio | None = None
    blocks: int
    rejected: int
    repeated: int = 0
    foreign_cores: float
    note: str = ""


class Latency(Record):
    """Of single calls, one sample each."""

    p50_ms: float
    p95_ms: float
    p99_ms: float
    calls: int


class Throughput(Record):
    """Samples per second.

    train: an epoch of the half's own training, feeding included.
    step: training steps alone, on batches that lie in memory.
    predict: one batch of the task's size. predict_one: one sample.
    """

    train: Compared
    predict: Compared
    step: Compared | None = None
    predict_one: Compared | None = None
    latency: dict[str, Latency] | None = None
    warmup_s: dict[str, dict[str, float]]
    mode: dict[str, str]


class Cost(Record):
    """What a training step computes, and how near the machine it comes.

    In floating-point operations and bytes of one step at the task's batch;
    ceilings by half: GFLOP/s of matrix products, GB/s of the triad.
    """

    step_flops: float
    step_bytes: float
    operations: int
    forward_flops: dict[Literal["keras", "torch"], float]
    ceilings: dict[Literal["keras", "torch"], dict[str, float]]
    achieved_gflops: dict[Literal["keras", "torch"], float] = {}
    share_of_roof: dict[Literal["keras", "torch"], float] = {}


class Machine(Record):
    """What was timed on, and what else it was doing."""

    instructions: list[str]
    governor: str | None  # None: the kernel does not tell
    memory_gib: float
    load_before: float  # runnable threads over the last minute
    load_after: float
    busy: bool  # others held the cores when the measurement began


class Repeat(Record):
    """What one fresh process measured, in MiB."""

    host_allocator_peak_mib: float | None
    host_peak_mib: float | None
    host_level_mib: float | None
    gpu_allocator_peak_mib: float | None
    gpu_reserved_mib: float | None
    gpu_process_mib: float | None
    gpu_warmup_peak_mib: float | None


class Peaks(Record):
    """Medians over `repeats`, in MiB; null is not measured, `note` says why.

    The process' peak is what it rose above `host_level_mib`, its level with
    imports, data and model; if `peak_reset` is false, an upper bound. What a
    warm-up needs decides whether a card is large enough.
    """

    host_allocator_peak_mib: float | None
    host_peak_mib: float | None
    gpu_allocator_peak_mib: float | None
    gpu_reserved_mib: float | None
    gpu_process_mib: float | None
    note: str
    host_level_mib: float | None = None
    peak_reset: bool | None = None
    gpu_warmup_peak_mib: float | None = None
    gpu_allocator: str = ""  # how it was set
    predicted_allocator_peak_mib: float | None = None  # from fake CPU tensors
    prediction_note: str = ""  # why there is none
    repeats: list[Repeat] = []


class Inventory(Record):
    """What a training keeps by arithmetic; frozen is part of the weights."""

    weights_mib: float
    frozen_mib: float
    gradients_mib: float
    slots_mib: float
    batch_mib: float


class Arithmetic(Record):
    """Equal but for what named differences explain, or the pair has a bug."""

    keras: Inventory
    torch: Inventory
    equal: bool
    explained: list[str]
    detail: str = ""  # what is unequal


class Memory(Record):
    keras: Peaks
    torch: Peaks
    arithmetic: Arithmetic | None = None


class Environment(Record):
    keras: str
    backend: str
    backend_version: str
    torch: str
    python: str
    numpy: str
    cpu: str
    cores: int
    threads: int
    device: str
    platform: str
    commit: str
    sources: str  # digest of the pair, its data module and the harness
    date: str


class Overhead(Record):
    """Where the seconds of a task went: see comparisons/sides/overhead.py."""

    wall_s: float
    halves_s: float  # at least one half's process was at work
    imports_s: float  # none was, and at least one was starting
    harness_s: float  # the rest


class Exhibit(Record):
    """What the halves show of one trained model each, of the first seed."""

    picture: bool  # whether `<task>_exhibit.png` lies beside the result
    texts: dict[str, dict[Literal["keras", "torch"], list[str]]]


class Result(Record):
    schema_version: Literal[1] = 1
    task: str
    chapter: int
    section: str
    title: str
    preset: Literal["quick", "book"]
    data: Literal["bundled", "book"]
    samples: dict[str, int]
    environment: Environment
    parity: Parity
    accuracy: Accuracy | None = None
    throughput: Throughput | None = None
    cost: Cost | None = None
    machine: Machine | None = None
    memory: Memory | None = None
    exhibit: Exhibit | None = None
    overhead: Overhead | None = None

    @property
    def holds(self) -> bool:
        """Whether nothing in this result should turn a build red."""
        accuracy = self.accuracy
        return self.parity.passed and (
            accuracy is None
            or (accuracy.verdict != "different" and accuracy.beats_baseline)
        )


def read_result(path: Path) -> Result:
    """Read and validate a result.

    Raises:
        RequestError: the file cannot be read or does not fit the schema.
    """
    try:
        return Result.model_validate_json(path.read_bytes())
    except OSError as error:
        raise RequestError(
            f"received no readable result {path} ({error.strerror})"
        ) from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise RequestError(
            f"received {path}, in which {where} does not fit schema version 1 "
            f"({first['msg']}); run the task again to make it anew"
        ) from None


def read_results(folder: Path) -> list[Result]:
    """Read every result in a folder, in the order of the book."""
    results = [read_result(p) for p in sorted(folder.glob("chapter*.json"))]
    return sorted(results, key=lambda r: (r.chapter, r.section, r.task))
