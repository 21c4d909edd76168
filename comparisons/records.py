"""The records that results are made of: one class for each kind of figure.

Records hold figures and no conclusions that cannot be computed again from
them. `results.py` puts them together into the file of a task.
"""

import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, WithJsonSchema

from comparisons.common import Name

Verdict = Literal["equivalent", "different", "undecided"]
Lane = Literal["native", "aligned"]
Axis = Literal["samples", "batch"]

# A float that may be infinite or nan: JSON has neither, so they are written
# as these strings, and the published schema has to allow them.
Number = Annotated[
    float,
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number"},
                {"enum": ["Infinity", "-Infinity", "NaN"]},
            ]
        }
    ),
]


class Record(BaseModel):
    # JSON has no infinity; pydantic's default, null, could not be read back.
    model_config = ConfigDict(
        extra="forbid", allow_inf_nan=True, ser_json_inf_nan="strings"
    )


# From the strongest: a processor is named by the first of these that it has.
SETS = (
    ("AMX", "amx_tile"),
    ("AVX-512", "avx512f"),
    ("AVX2", "avx2"),
    ("AVX", "avx"),
    ("SVE", "sve"),
    ("NEON", "asimd"),
)


class Environment(Record):
    """What a section was made with: code, versions and machine."""

    commit: str
    date: str  # ISO 8601, UTC
    digest: str  # of the code and the data; "" is unknown, so out of date
    keras: str
    backend: str
    backend_version: str
    torch: str
    python: str
    numpy: str
    platform: str
    cpu: str
    instructions: list[str]  # that matter for speed; [] is not recorded
    cores: int
    threads: int
    # What threads do while they wait for work.
    thread_policy: Literal["spin", "sleep", "not recorded"]
    device: str

    @property
    def machine_class(self) -> str:
        """Return what a speed depends on beside the code, as a short label."""
        cpu = re.sub(r"\((R|TM)\)|\b(CPU|Processor)\b|@.*", "", self.cpu)
        known = [name for name, flag in SETS if flag in self.instructions]
        parts = [
            " ".join(cpu.split()),
            known[0] if known else "instruction sets not recorded",
            f"{self.cores} cores",
            "thread policy not recorded"
            if self.thread_policy == "not recorded"
            else f"threads {self.thread_policy}",
        ]
        if self.device != "cpu":
            parts.append(self.device)
        return " · ".join(parts)


class Rung(Record):
    """One comparison of the ladder; differences are relative."""

    name: str
    dtype: str
    lane: Lane
    max_difference: Number
    tolerance: float
    noise_floor: Number | None = None
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
    proven: str | None = None  # when, if an earlier run proved it


class Accuracy(Record):
    metric: str
    unit: str
    higher_is_better: bool
    seeds: list[int]
    keras: list[Number]
    torch: list[Number]
    baseline: float
    baseline_name: str
    beats_baseline: bool
    mean_gap: Number  # PyTorch minus Keras
    ci90: tuple[Number, Number] | None
    margin: float
    verdict: Verdict
    agreement: float  # share of test samples, mean over seeds
    losses: dict[Literal["keras", "torch"], list[list[Number]]]
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
    ci95: tuple[Number, Number]
    control_ci95: tuple[
        Number, Number
    ]  # a half against itself: should contain 1


class Compared(Record):
    """The speeds of both halves, timed in turn.

    starts: launches of both processes.
    blocks: measured blocks that were kept, of the launch with the fewest.
    rejected: blocks thrown away because other work used the cores.
    repeated: time slices thrown away for that reason and timed again.
    foreign_cores: the most cores that other work used.
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
    """Percentiles of single calls with one sample each."""

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
    """What one training step at the task's batch size computes.

    step_flops: floating-point operations; step_bytes: bytes moved.
    ceilings: what the machine reaches in each half's framework: GFLOP/s of
    matrix products, GB/s of the triad.
    """

    step_flops: float
    step_bytes: float
    operations: int
    ceilings: dict[Literal["keras", "torch"], dict[str, float]]
    achieved_gflops: dict[Literal["keras", "torch"], float] = {}
    share_of_roof: dict[Literal["keras", "torch"], float] = {}


class Conditions(Record):
    """How the machine was while speed was measured.

    `load_before` and `load_after` are load averages over one minute.
    """

    governor: str | None  # None: the kernel does not report it
    memory_gib: float
    load_before: float
    load_after: float
    busy: bool  # other processes used the cores when the measurement began


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

    host_peak_mib: how far the process rose above `host_level_mib`, its level
    with imports, data and model; an upper bound if `peak_reset` is false.
    gpu_warmup_peak_mib: decides whether a graphics card is large enough.
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
    """What training must keep, computed from shapes and types, in MiB.

    Frozen weights are part of the weights.
    """

    weights_mib: float
    frozen_mib: float
    gradients_mib: float
    slots_mib: float
    batch_mib: float


class Arithmetic(Record):
    """Both inventories: equal except for what named differences explain.

    If they are not, the pair has a bug.
    """

    keras: Inventory
    torch: Inventory
    equal: bool
    explained: list[str]
    detail: str = ""  # what is unequal


class Memory(Record):
    keras: Peaks
    torch: Peaks
    arithmetic: Arithmetic | None = None


class Exhibit(Record):
    """What both halves show of their trained models, for the first seed."""

    picture: bool  # whether `<task>_exhibit.webp` lies beside the result
    texts: dict[str, dict[Literal["keras", "torch"], list[str]]]


class Timed(Record):
    """One contender of a race: a mode of a half, or a training loop.

    ratio: its speed over that of the first row of the same half.
    differs: relative difference from that row, by what was compared.
    starts, blocks, rejected, repeated: as in `Compared`.
    """

    half: Name
    name: str
    label: str
    speed: Speed | None = None
    ratio: Ratio | None = None
    precision: str = "float32"
    first_step_s: float | None = None
    differs: dict[str, Number] = {}
    tolerances: dict[str, Number] = {}
    agrees: bool | None = None
    starts: int = 1
    blocks: int = 0
    rejected: int = 0
    repeated: int = 0
    note: str = ""


class Grown(Record):
    """One epoch of `samples` samples, streamed from disk in batches."""

    half: Name
    axis: Axis
    samples: int
    batch: int
    seconds: float
    peak_mib: float  # anonymous memory, above the level before
    data_mib: float  # of the samples on disk


class Growth(Record):
    """How the cost grows: time is samples to the power of `slope`."""

    half: Name
    slope: float | None
    per_sample_us: tuple[float, float]  # at the smallest and at the largest
    grown_mib: float  # of peak memory, from the smallest to the largest
    added_mib: float  # of data on disk between these
    streams: bool  # whether memory stays far behind the data
