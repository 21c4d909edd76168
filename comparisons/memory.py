"""Peak memory of one half in a process of its own, in MiB.

Three kinds of figure, never mixed: the allocator's live peak (what the
framework's tensors need; the one to compare), the process' high-water mark
(what the operating system saw), and on CUDA also what the allocator reserved
and what the driver says that the process holds.
"""

import gc
import importlib
import os
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

MIB = 2**20
NO_CUDA = "not measured: no CUDA device"


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


def reset_peak() -> bool:
    """Set the high-water mark to the present level; False if not allowed."""
    gc.collect()
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return False
    return True


@contextmanager
def tensorflow_peaks() -> Iterator[dict[str, Any]]:
    """Yield a dict that holds TensorFlow's peaks once the block ends."""
    import tensorflow as tf

    peaks: dict[str, Any] = {}
    device = "GPU:0" if tf.config.list_physical_devices("GPU") else "CPU:0"
    yield from tensorflow_peaks_of(tf.config.experimental, device, peaks)
    if device == "GPU:0":
        peaks["gpu_process_mib"] = process_gpu_mib()


def tensorflow_peaks_of(
    api: Any, device: str, peaks: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    """Fill `peaks` through `tf.config.experimental` or a stand-in for it."""
    note = NO_CUDA if device == "CPU:0" else ""
    try:
        api.reset_memory_stats(device)
    except (ValueError, RuntimeError):
        # The CPU allocator keeps statistics only with oneDNN on.
        why = f"TensorFlow has no allocator statistics for {device}"
        note = f"{note}; {why}" if note else why
    yield peaks
    try:
        peak = api.get_memory_info(device)["peak"] / MIB
    except (ValueError, RuntimeError):
        peak = None
    peaks |= empty_peaks(note)
    where = "gpu" if device == "GPU:0" else "host"
    peaks[f"{where}_allocator_peak_mib"] = peak


@contextmanager
def torch_peaks(model: Any, device: str) -> Iterator[dict[str, Any]]:
    """Yield a dict that holds PyTorch's peaks once the block ends."""
    import torch

    peaks: dict[str, Any] = {}
    if device == "cuda":
        yield from cuda_peaks(torch.cuda, peaks)
        peaks["gpu_process_mib"] = process_gpu_mib()
        return
    from torch.distributed._tools.mem_tracker import MemTracker

    tracker = MemTracker()
    if not isinstance(model, dict):
        tracker.track_external(model)
    with ExitStack() as stack:
        for name in ("register_hook", "register_post_accumulate_grad_hook"):
            register = skip_frozen(getattr(torch.Tensor, name))
            stack.enter_context(mock.patch.object(torch.Tensor, name, register))
        stack.enter_context(tracker)
        yield peaks
    (peak,) = tracker.get_tracker_snapshot("peak").values()
    peaks |= empty_peaks(NO_CUDA)
    peaks["host_allocator_peak_mib"] = peak["Total"] / MIB


def skip_frozen(register: Any) -> Any:
    """Make a hook's registration pass over tensors that need no gradient.

    PyTorch's tracker hooks every parameter, and a frozen one refuses.
    """

    def register_if_trained(tensor: Any, hook: Any) -> Any:
        from torch.utils.hooks import RemovableHandle

        if tensor.requires_grad:
            return register(tensor, hook)
        return RemovableHandle(OrderedDict())

    return register_if_trained


def cuda_peaks(cuda: Any, peaks: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Fill `peaks` through `torch.cuda` or a stand-in for it."""
    gc.collect()
    cuda.synchronize()
    cuda.empty_cache()
    cuda.reset_peak_memory_stats()
    yield peaks
    cuda.synchronize()
    peaks |= empty_peaks("")
    peaks["gpu_allocator_peak_mib"] = cuda.max_memory_allocated() / MIB
    peaks["gpu_reserved_mib"] = cuda.max_memory_reserved() / MIB


def process_gpu_mib(nvml: Any = None) -> float | None:
    """Return what the driver says this process holds; None if it will not.

    In containers the driver often knows other process numbers than we do.
    """
    if nvml is None:
        nvml = importlib.import_module("pynvml")
    try:
        nvml.nvmlInit()
        handle = nvml.nvmlDeviceGetHandleByIndex(0)
        processes = nvml.nvmlDeviceGetComputeRunningProcesses(handle)
    except nvml.NVMLError:
        return None
    for process in processes:
        if process.pid == os.getpid() and process.usedGpuMemory is not None:
            return process.usedGpuMemory / MIB
    return None


def empty_peaks(note: str) -> dict[str, Any]:
    return {
        "host_allocator_peak_mib": None,
        "gpu_allocator_peak_mib": None,
        "gpu_reserved_mib": None,
        "gpu_process_mib": None,
        "note": note,
    }
