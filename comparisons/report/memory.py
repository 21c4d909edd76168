"""Memory as text: the rows of one task, and one table of all tasks."""

from collections.abc import Sequence

from comparisons.records import Memory, Peaks
from comparisons.report.tables import Grid
from comparisons.results import MemorySection
from comparisons.sides.memory import NO_CUDA, said_once


def live_memory(peaks: Peaks) -> str:
    for field, where in (
        ("gpu_allocator_peak_mib", "live on the GPU"),
        ("host_allocator_peak_mib", "live"),
        ("host_peak_mib", "process"),
    ):
        if getattr(peaks, field) is not None:
            return f"{mebibytes(peaks, field, ' MiB')} {where}"
    return "not measured"


def mebibytes(peaks: Peaks, field: str, unit: str = "") -> str:
    """Return a median and, of several repeats, the range: `20 [19, 21]`."""
    value = getattr(peaks, field)
    if value is None:
        return "not measured"
    several = [getattr(repeat, field) for repeat in peaks.repeats]
    known = [one for one in several if one is not None]
    span = ""
    if len(known) > 1:
        span = f" [{min(known):,.1f}, {max(known):,.1f}]"
    return f"{value:,.1f}{span}{unit}"


ARITHMETIC = (
    ("weights_mib", "weights"),
    ("frozen_mib", "of them frozen"),
    ("gradients_mib", "gradients"),
    ("slots_mib", "optimizer slots"),
    ("batch_mib", "one batch"),
)
HOST = (
    ("host_allocator_peak_mib", "allocator's live peak, a settled step"),
    ("host_peak_mib", "process, peak over its level"),
    ("host_level_mib", "process, level with imports, data and model"),
)
ALWAYS = ("host_allocator_peak_mib", "host_peak_mib")  # or they were missed
GPU = (
    ("gpu_allocator_peak_mib", "GPU allocator's live peak, a settled step"),
    ("gpu_warmup_peak_mib", "GPU allocator's live peak while warming up"),
    ("gpu_reserved_mib", "GPU reserved"),
    ("gpu_process_mib", "GPU, whole process"),
)


def memory_rows(memory: Memory) -> list[tuple[str, str, str]]:
    """Return what is known of the memory of both, by what it is."""
    rows = []
    both = memory.keras, memory.torch
    if memory.arithmetic:
        parts = memory.arithmetic.keras, memory.arithmetic.torch
        for field, title in ARITHMETIC:
            ours, theirs = (f"{getattr(part, field):,.3f}" for part in parts)
            rows.append((f"{title}, by arithmetic", ours, theirs))
    rows.append(("predicted live peak", "–", predicted(memory.torch)))
    for field, title in (*HOST, *(GPU if on_gpu(memory) else ())):
        if field in ALWAYS or any(getattr(p, field) is not None for p in both):
            ours, theirs = (mebibytes(peaks, field) for peaks in both)
            rows.append((title, ours, theirs))
    return rows


def on_gpu(memory: Memory) -> bool:
    """Whether any figure is of a GPU."""
    return any(
        getattr(peaks, field) is not None
        for peaks in (memory.keras, memory.torch)
        for field, _ in GPU
    )


def predicted(peaks: Peaks) -> str:
    """Return what was predicted, and how far it is from what was measured."""
    value = peaks.predicted_allocator_peak_mib
    if value is None:
        why = peaks.prediction_note
        return f"withheld: {why}" if why else "not predicted"
    measured = peaks.gpu_allocator_peak_mib or peaks.host_allocator_peak_mib
    if not measured:
        return f"{value:,.1f}"
    return f"{value:,.1f} ({value / measured - 1:+.1%} of what was measured)"


def memory_notes(memory: Memory) -> list[str]:
    """Return what a reader must know of the figures, each thing once."""
    lines = []
    both = {"Keras": memory.keras, "PyTorch": memory.torch}
    if not on_gpu(memory):
        lines.append(f"GPU {NO_CUDA}.")
    counts = {len(peaks.repeats) for peaks in both.values()} - {0}
    if counts:
        many = max(counts)
        lines.append(
            "Measured in one new process."
            if many == 1
            else f"Median of {many} new processes, the range in brackets."
        )
    if memory.arithmetic:
        lines += [f"{said}." for said in memory.arithmetic.explained]
    if memory.torch.predicted_allocator_peak_mib is not None:
        lines.append(
            "Predicted from fake CPU tensors, for PyTorch alone; temporary "
            "memory of kernels is not in it."
        )
    for title, peaks in both.items():
        said = [part for part in peaks.note.split("; ") if part != NO_CUDA]
        lines += [f"{title}: {part}." for part in said if part]
        if peaks.gpu_allocator:
            lines.append(f"{title}: {peaks.gpu_allocator}.")
    return lines


COLUMNS = (
    *("task", "weights", "gradients", "slots", "batch", "equal"),
    *("Keras live", "PyTorch live", "predicted"),
    *("Keras process", "PyTorch process"),
)
NOTHING = {"–", "not predicted", "not measured"}


def overview(title: str, known: Sequence[tuple[str, MemorySection]]) -> Grid:
    """Return the memory of tasks measured on one machine class, in MiB.

    A column that has no figure at all is left out.
    """
    rows = []
    for task, memory in known:
        cells = ["–"] * 5
        if memory.arithmetic:
            part, equal = memory.arithmetic.torch, memory.arithmetic.equal
            cells = [
                f"{getattr(part, f'{field}_mib'):,.2f}"
                for field in COLUMNS[1:5]
            ]
            cells.append("✓" if equal else "**PARITY BUG**")
        peaks = memory.keras, memory.torch
        where = "gpu" if on_gpu(memory) else "host"
        live = [mebibytes(p, f"{where}_allocator_peak_mib") for p in peaks]
        process = [mebibytes(p, "host_peak_mib") for p in peaks]
        rows.append([task, *cells, *live, predicted(memory.torch), *process])
    kept = [
        place
        for place in range(len(COLUMNS))
        if any(row[place] not in NOTHING for row in rows)
    ]
    table = Grid(title, [COLUMNS[place] for place in kept])
    table.rows = [[row[place] for place in kept] for row in rows]
    notes = said_once(line for _, m in known for line in memory_notes(m))
    table.notes += [f"- {note}" for note in notes]
    return table
