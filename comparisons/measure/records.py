"""What a study of one task found, as other programs read it."""

from typing import Literal

from comparisons.common import Name
from comparisons.results import Environment, Ratio, Record, Speed

Axis = Literal["samples", "batch"]


class Timed(Record):
    """One contender of a race: a mode, or a loop.

    ratio: its speed over that of the first row of the same half.
    differs: relative difference from that row, by what was compared.
    """

    half: Name
    name: str
    label: str
    speed: Speed | None = None
    ratio: Ratio | None = None
    precision: str = "float32"
    first_step_s: float | None = None
    differs: dict[str, float] = {}
    tolerances: dict[str, float] = {}
    agrees: bool | None = None
    starts: int = 1  # of its process
    blocks: int = 0  # kept of each start
    rejected: int = 0
    repeated: int = 0  # letters
    note: str = ""


class Grown(Record):
    """One epoch of so many samples, streamed from disk in such batches."""

    half: Name
    axis: Axis
    samples: int
    batch: int
    seconds: float
    peak_mib: float  # memory that is not a file's, above the level before
    data_mib: float  # of the samples on disk


class Growth(Record):
    """How an axis' cost grows: time as samples to the power of `slope`."""

    half: Name
    slope: float | None
    per_sample_us: tuple[float, float]  # at the smallest and at the largest
    grown_mib: float  # of peak memory, from the smallest to the largest
    added_mib: float  # of data on disk between these
    streams: bool  # whether memory stays far behind the data


class Study(Record):
    schema_version: Literal[1] = 1
    kind: Literal["modes", "idioms", "scale"]
    task: str
    section: str
    title: str
    environment: Environment
    timed: list[Timed] = []
    grown: list[Grown] = []
    growth: list[Growth] = []
