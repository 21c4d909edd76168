"""Peak memory of one half in a process of its own, in MiB.

There are three kinds of figure, which are never mixed:

- the allocator's peak of live tensors, which is the one to compare;
- the process' high-water mark, which the operating system keeps;
- on CUDA also the memory that the allocator reserved, and the memory that the
  process holds according to the driver.

PyTorch's allocator on a CPU keeps no statistics: see torch/memory.py.
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
# Measured with TensorFlow 2.21: blocks of 255 KiB are not counted, blocks of
# 256 KiB are.
SMALL_BLOCKS = "TensorFlow's statistics leave out blocks under 256 KiB on a CPU"
# An idle GPU uses less than this; a single context takes over 100 MiB.
IDLE_MIB = 64.0

# A dict for the peaks, and a function to call once a training is warmed up.
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
    """Return the parts of all notes, separated by "; ", each part once."""
    said = [part for note in notes for part in note.split("; ") if part]
    return list(dict.fromkeys(said))


# === The process ============================================================


def status_mib(field: str) -> float:
    """Return a field of /proc/self/status in MiB; nan without such a field.

    `ru_maxrss` is not used: a spawned process inherits its parent's value.
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
    """Return the C library's free memory to the system.

    Otherwise a training first reuses memory that the imports freed, and its
    peak looks too small. False if the C library has no `malloc_trim`.
    """
    gc.collect()
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (AttributeError, OSError, TypeError):
        return False
    return True


def reset_peak() -> bool:
    """Set the high-water mark to the current level; False if not allowed."""
    gc.collect()
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return False
    return True


def host_peak_of(work: Callable[[], Any]) -> dict[str, Any]:
    """Do the work; return the rise of the process' peak above its level.

    Both are in MiB and measured by the kernel. The level is `VmRSS` before
    the work, which contains imports, data and model; the peak is `VmHWM`. If
    the high-water mark cannot be reset, it may be older than the work; then
    the note says so.
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
            "upper bound that includes imports and data"
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
    """Read TensorFlow's peaks of the GPU, or of the CPU if there is none.

    Yields a dict, filled at the end of the block, and what to call after
    warm-up.
    """
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
    """Read peaks of a device from `tf.config.experimental` or a stand-in."""
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
            failed.append(error)  # a CPU has statistics only with oneDNN

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
        peak = peak or None  # 0: all blocks were too small to be counted
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
    """Read peaks from `torch.cuda` or a stand-in for it.

    The peak of the warm-up decides whether a GPU is large enough. The peak
    after it is the one to compare.
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
        peaks["note"] = f"the GPU was full: the allocator tried {retries} "
        peaks["note"] += "times again"


def cuda_allocator(backend: str, environment: Mapping[str, str]) -> str:
    """Return the settings of PyTorch's CUDA allocator in words.

    They change how much memory it reserves. With cudaMallocAsync the reserved
    peak is only an upper bound.
    """
    names = ("PYTORCH_ALLOC_CONF", "PYTORCH_CUDA_ALLOC_CONF")
    told = [f"{n}={environment[n]}" for n in names if environment.get(n)]
    expandable = any("expandable_segments:True" in text for text in told)
    segments = "expandable segments" if expandable else "fixed segments"
    return ", ".join([backend, segments, *told])


# === The driver =============================================================


class Card(NamedTuple):
    """The first GPU's memory in use according to the driver, in MiB.

    processes: the memory by process number; None where it is not reported.
    """

    used_mib: float
    processes: dict[int, float | None]


def card(nvml: Any = None) -> Card | None:
    """Ask the driver; None if there is no driver or it gives no answer."""
    if nvml is None:
        nvml = importlib.import_module("pynvml")
    try:
        nvml.nvmlInit()
        handle = nvml.nvmlDeviceGetHandleByIndex(0)
        # Version 2 reports the driver's own reserve separately.
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
    """Return this process' GPU memory in MiB; None if it is not known.

    In containers the driver often uses other process numbers. Then the
    change of the GPU's total since `before` is this process' memory, but only
    if the GPU was idle before and has exactly one user now.
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
