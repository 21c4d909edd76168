"""Peak memory of one half in a process of its own, in MiB.

Three kinds of figure, never mixed: the allocator's live peak (what the
framework's tensors need; the one to compare), the process' high-water mark
(what the operating system saw), and on CUDA also what the allocator reserved
and what the driver says that the process holds. PyTorch's allocator on a CPU
keeps no statistics: see torch_memory.py.
"""

import ctypes
import gc
import importlib
import math
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

MIB = 2**20
NO_CUDA = "not measured: no CUDA device"
# Measured with TensorFlow 2.21: of 255 KiB nothing is counted, of 256 all.
SMALL_BLOCKS = "TensorFlow's statistics leave out blocks under 256 KiB on a CPU"
# A card on which nobody has a context holds less; a context takes over 100.
IDLE_MIB = 64.0

# What peaks are told in, and what to call once a training is warmed up.
Watch = tuple[dict[str, Any], Callable[[], None]]


def empty_peaks(note: str) -> dict[str, Any]:
    return {
        "host_allocator_peak_mib": None,
        "gpu_allocator_peak_mib": None,
        "gpu_reserved_mib": None,
        "gpu_process_mib": None,
        "note": note,
    }


def said_once(notes: Iterable[str]) -> list[str]:
    """Return what notes say, each thing a single time."""
    said = [part for note in notes for part in note.split("; ") if part]
    return list(dict.fromkeys(said))


# === The process ============================================================


def status_mib(field: str) -> float:
    """Return a field of /proc/self/status; nan where there is no such file.

    Not `ru_maxrss`: a spawned process inherits its parent's.
    """
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return float("nan")
    values = [line.split()[1] for line in lines if line.startswith(field + ":")]
    return int(values[0]) / 1024 if values else float("nan")


def resident_mib() -> float:
    return status_mib("VmRSS")


def peak_mib() -> float:
    return status_mib("VmHWM")


def trim() -> bool:
    """Give back to the system what the C library keeps for later.

    Else a training first fills what imports have left, and looks too small.
    False where the C library has no `malloc_trim`.
    """
    gc.collect()
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (AttributeError, OSError, TypeError):
        return False
    return True


def reset_peak() -> bool:
    """Set the high-water mark to the present level; False if not allowed."""
    gc.collect()
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return False
    return True


def host_peak_of(work: Callable[[], Any]) -> dict[str, Any]:
    """Do the work; return how far the process rose above its level, in MiB.

    The level is `VmRSS` before, with imports, data and model in it, and the
    peak `VmHWM`; both by the kernel. Where the mark cannot be reset it may be
    older than the work, and the note says so.
    """
    trim()
    reset = reset_peak()
    level = resident_mib()
    work()
    rise = peak_mib() - level
    known = not math.isnan(rise)
    note = "" if known else "the process' peak is not told by this system"
    if known and not reset:
        note = (
            "the process' high-water mark could not be reset: its peak is an "
            "upper bound, with what imports and data took"
        )
    return {
        "host_peak_mib": rise if known else None,
        "host_level_mib": level if known else None,
        "peak_reset": reset,
        "note": note,
    }


# === TensorFlow =============================================================


@contextmanager
def tensorflow_peaks() -> Iterator[Watch]:
    """Yield what will hold TensorFlow's peaks once the block ends."""
    import tensorflow as tf  # noqa: TID251

    api, environment = tf.config.experimental, os.environ
    gpus = tf.config.list_physical_devices("GPU")
    if not gpus:
        with tensorflow_peaks_of(api, "CPU:0") as watch:
            yield watch
        return
    with tensorflow_peaks_of(api, "GPU:0") as watch:
        yield watch
    growth = api.get_memory_growth(gpus[0])
    kind = environment.get("TF_GPU_ALLOCATOR", "BFC")
    watch[0]["gpu_allocator"] = (
        f"{kind}, {'memory growth' if growth else 'the whole card mapped'}"
    )


@contextmanager
def tensorflow_peaks_of(api: Any, device: str) -> Iterator[Watch]:
    """Watch through `tf.config.experimental` or a stand-in for it."""
    where = "gpu" if device == "GPU:0" else "host"
    peaks: dict[str, Any] = {}
    warm_up: list[float] = []
    failed: list[Exception] = []

    def settled() -> None:
        gc.collect()
        try:
            warm_up.append(api.get_memory_info(device)["peak"] / MIB)
            api.reset_memory_stats(device)
        except (ValueError, RuntimeError) as error:
            failed.append(error)  # on a CPU there are some only with oneDNN

    settled()
    yield peaks, settled
    try:
        peak = api.get_memory_info(device)["peak"] / MIB
    except (ValueError, RuntimeError) as error:
        peak = None
        failed.append(error)
    notes = [NO_CUDA] if where == "host" else []
    if where == "host" and not failed:
        notes.append(SMALL_BLOCKS)
        peak = peak or None  # all of its blocks were small
    if failed:
        peak = None
        notes.append(f"TensorFlow has no allocator statistics for {device}")
    peaks |= empty_peaks("; ".join(notes))
    peaks[f"{where}_allocator_peak_mib"] = peak
    if where == "gpu" and warm_up:
        peaks["gpu_warmup_peak_mib"] = max(warm_up)


# === CUDA, by PyTorch =======================================================


@contextmanager
def cuda_peaks(cuda: Any) -> Iterator[Watch]:
    """Watch through `torch.cuda` or a stand-in for it.

    What the warm-up needed decides whether a card is large enough; what a
    settled step needs is compared.
    """
    peaks: dict[str, Any] = {}
    warm_up: list[float] = []

    def settled() -> None:
        gc.collect()
        cuda.synchronize()
        warm_up.append(cuda.max_memory_allocated() / MIB)
        cuda.empty_cache()
        cuda.reset_peak_memory_stats()

    settled()
    yield peaks, settled
    cuda.synchronize()
    peaks |= empty_peaks("")
    peaks["gpu_allocator_peak_mib"] = cuda.max_memory_allocated() / MIB
    peaks["gpu_reserved_mib"] = cuda.max_memory_reserved() / MIB
    peaks["gpu_warmup_peak_mib"] = max(warm_up)
    peaks["gpu_allocator"] = cuda_allocator(
        cuda.get_allocator_backend(), os.environ
    )
    retries = cuda.memory_stats().get("num_alloc_retries", 0)
    if retries:
        peaks["note"] = f"the card was full: the allocator tried {retries} "
        peaks["note"] += "times again"


def cuda_allocator(backend: str, environment: Mapping[str, str]) -> str:
    """Return how PyTorch's CUDA allocator is set: it moves what is reserved.

    With cudaMallocAsync the reserved peak is only an upper bound.
    """
    names = ("PYTORCH_ALLOC_CONF", "PYTORCH_CUDA_ALLOC_CONF")
    told = [f"{n}={environment[n]}" for n in names if environment.get(n)]
    expandable = any("expandable_segments:True" in text for text in told)
    segments = "expandable segments" if expandable else "fixed segments"
    return ", ".join([backend, segments, *told])


# === The driver =============================================================


class Card(NamedTuple):
    """What the driver says of the first card: in use, and by whom in MiB."""

    used_mib: float
    processes: dict[int, float | None]


def card(nvml: Any = None) -> Card | None:
    """Ask the driver; None if there is none or it will not say."""
    if nvml is None:
        nvml = importlib.import_module("pynvml")
    try:
        nvml.nvmlInit()
        handle = nvml.nvmlDeviceGetHandleByIndex(0)
        # The second version counts what the driver reserves apart.
        info = nvml.nvmlDeviceGetMemoryInfo(handle, version=nvml.nvmlMemory_v2)
        running = nvml.nvmlDeviceGetComputeRunningProcesses(handle)
    except nvml.NVMLError:
        return None
    held = {
        p.pid: None if p.usedGpuMemory is None else p.usedGpuMemory / MIB
        for p in running
    }
    return Card(info.used / MIB, held)


def process_gpu_mib(before: Card | None, now: Card | None) -> float | None:
    """Return what this process holds of the card; None if it is not known.

    In containers the driver often knows other process numbers than we do.
    Then the card's own change since `before` is ours, but only if the card
    was idle and has since been given a single user.
    """
    if now is None:
        return None
    ours = now.processes.get(os.getpid())
    if ours is not None:
        return ours
    if before is None or before.processes or before.used_mib > IDLE_MIB:
        return None
    if len(now.processes) != 1:
        return None
    return now.used_mib - before.used_mib
