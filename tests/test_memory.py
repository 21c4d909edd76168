"""Memory figures: which call gives which field, in MiB, and never a false 0.

A CUDA machine is rare, so that its fields are filled through stand-ins for
`torch.cuda`, `tf.config.experimental` and pynvml; the last test takes the real
ones where there is a device.
"""

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from comparisons import memory
from comparisons.results import Peaks
from comparisons.side import write_split
from comparisons.tasks import BY_STEM
from comparisons.worker import Settings, Side
from shared_data import Arrays

ROOT = Path(__file__).parents[1]
MIB = 2**20
FIELDS = set(Peaks.model_fields) - {"host_peak_mib"}

# === CUDA, by PyTorch =======================================================


class Cuda:
    """Stands in for `torch.cuda`; writes down what is asked of it."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def __getattr__(self, name: str) -> Any:
        answers = {
            "max_memory_allocated": 300 * MIB,
            "max_memory_reserved": 512 * MIB,
            "memory_allocated": 7 * MIB,
            "memory_reserved": 9 * MIB,
        }

        def call(*_: Any) -> int | None:
            self.calls.append(name)
            return answers.get(name)

        return call


def test_cuda_peaks_are_the_allocators_in_mib():
    cuda, peaks = Cuda(), {}
    with contextmanager(memory.cuda_peaks)(cuda, peaks):
        cuda.calls.append("the work")
        assert peaks == {}
    assert peaks == {
        "host_allocator_peak_mib": None,
        "gpu_allocator_peak_mib": 300.0,
        "gpu_reserved_mib": 512.0,
        "gpu_process_mib": None,
        "note": "",
    }
    assert set(peaks) == FIELDS


def test_cuda_is_emptied_and_reset_before_and_waited_for_after():
    cuda, peaks = Cuda(), {}
    with contextmanager(memory.cuda_peaks)(cuda, peaks):
        cuda.calls.append("the work")
    before, after = (
        cuda.calls[: cuda.calls.index("the work")],
        cuda.calls[cuda.calls.index("the work") + 1 :],
    )
    assert before == ["synchronize", "empty_cache", "reset_peak_memory_stats"]
    assert after[0] == "synchronize"
    assert set(after[1:]) == {"max_memory_allocated", "max_memory_reserved"}


# === TensorFlow =============================================================


class Experimental:
    """Stands in for `tf.config.experimental`."""

    def __init__(self, fails: type[Exception] | None = None) -> None:
        self.fails = fails
        self.calls: list[tuple[str, str]] = []

    def reset_memory_stats(self, device: str) -> None:
        self.calls.append(("reset", device))
        if self.fails:
            raise self.fails("no allocator statistics")

    def get_memory_info(self, device: str) -> dict[str, int]:
        self.calls.append(("read", device))
        if self.fails:
            raise self.fails("no allocator statistics")
        return {"current": 3 * MIB, "peak": 96 * MIB}


@pytest.mark.parametrize(
    ("device", "filled", "note"),
    [
        ("GPU:0", "gpu_allocator_peak_mib", ""),
        ("CPU:0", "host_allocator_peak_mib", memory.NO_CUDA),
    ],
)
def test_tensorflows_peak_goes_to_the_devices_field(device, filled, note):
    api, peaks = Experimental(), {}
    with contextmanager(memory.tensorflow_peaks_of)(api, device, peaks):
        api.calls.append(("the work", device))
    assert [name for name, _ in api.calls] == ["reset", "the work", "read"]
    assert {where for _, where in api.calls} == {device}
    assert set(peaks) == FIELDS
    assert peaks.pop(filled) == 96.0
    assert peaks.pop("note") == note
    assert set(peaks.values()) == {None}


@pytest.mark.parametrize("device", ("CPU:0", "GPU:0"))
@pytest.mark.parametrize("fails", (ValueError, RuntimeError))
def test_an_allocator_without_statistics_gives_none_and_says_why(device, fails):
    api, peaks = Experimental(fails), {}
    with contextmanager(memory.tensorflow_peaks_of)(api, device, peaks):
        pass
    note = peaks.pop("note")
    assert note.endswith(f"no allocator statistics for {device}")
    assert not note.startswith(";")
    assert (memory.NO_CUDA in note) == (device == "CPU:0")
    assert set(peaks.values()) == {None}


# === The driver =============================================================


class Driver:
    """Stands in for pynvml."""

    class NVMLError(Exception):
        pass

    def __init__(
        self, *processes: tuple[int, int | None], fails: str = ""
    ) -> None:
        self.processes = [
            SimpleNamespace(pid=pid, usedGpuMemory=used)
            for pid, used in processes
        ]
        self.fails = fails
        self.asked: list[str] = []

    def answer(self, name: str, value: Any = None) -> Any:
        self.asked.append(name)
        if name == self.fails:
            raise self.NVMLError("it will not")
        return value

    def nvmlInit(self) -> None:
        self.answer("init")

    def nvmlDeviceGetHandleByIndex(self, index: int) -> str:
        return self.answer("handle", f"device {index}")

    def nvmlDeviceGetComputeRunningProcesses(self, handle: str) -> Any:
        assert handle == "device 0"
        return self.answer("processes", self.processes)


def test_the_driver_tells_what_this_process_holds():
    driver = Driver((1, 5 * MIB), (os.getpid(), 640 * MIB), (2, None))
    assert memory.process_gpu_mib(driver) == 640.0
    assert driver.asked == ["init", "handle", "processes"]


@pytest.mark.parametrize("fails", ("init", "handle", "processes"))
def test_a_driver_that_fails_gives_none(fails):
    driver = Driver((os.getpid(), 640 * MIB), fails=fails)
    assert memory.process_gpu_mib(driver) is None
    assert driver.asked[-1] == fails


@pytest.mark.parametrize(
    "processes",
    [(), ((1, 640 * MIB),), ((os.getpid(), None),)],
    ids=("none", "another number", "not told"),
)
def test_a_driver_that_does_not_know_this_process_gives_none(processes):
    assert memory.process_gpu_mib(Driver(*processes)) is None


# === No CUDA ================================================================


def test_without_cuda_nothing_is_zero_and_the_words_say_so():
    peaks = memory.empty_peaks(memory.NO_CUDA)
    assert set(peaks) == FIELDS
    assert peaks.pop("note") == "not measured: no CUDA device"
    assert set(peaks.values()) == {None}


# === The process ============================================================

needs_proc = pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="no /proc/self/status"
)


@needs_proc
def test_status_is_read_in_mib():
    lines = Path("/proc/self/status").read_text().splitlines()
    (kib,) = [li.split()[1] for li in lines if li.startswith("VmPeak:")]
    # The address space may have grown a little since.
    assert memory.status_mib("VmPeak") >= int(kib) / 1024
    assert memory.status_mib("VmPeak") < int(kib) / 1024 + 64
    assert 10 < memory.resident_mib() <= memory.peak_mib()


@needs_proc
def test_a_field_that_is_not_there_is_no_number():
    assert np.isnan(memory.status_mib("VmNothing"))


def test_a_system_without_status_gives_no_number(monkeypatch):
    def absent(*_: Any, **__: Any) -> str:
        raise FileNotFoundError("no /proc here")

    monkeypatch.setattr(Path, "read_text", absent)
    assert np.isnan(memory.peak_mib())
    assert np.isnan(memory.resident_mib())


def test_a_peak_that_may_not_be_reset_is_told(monkeypatch):
    def refused(*_: Any, **__: Any) -> int:
        raise PermissionError("read-only")

    monkeypatch.setattr(Path, "write_text", refused)
    assert memory.reset_peak() is False


# A parent that once held 400 MiB starts a child that then holds 64.
PARENT = """
import subprocess, sys
import numpy as np
held = np.ones(400 * 2**17)
print(subprocess.check_output([sys.executable, "-c", sys.argv[1]], text=True))
"""
CHILD = """
import json, resource
import numpy as np
from comparisons import memory
first = memory.peak_mib()
able = memory.reset_peak()
before, reset = memory.resident_mib(), memory.peak_mib()
array = np.ones(64 * 2**17)
during = memory.resident_mib()
del array
after, peak = memory.resident_mib(), memory.peak_mib()
inherited = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
again = memory.reset_peak() and memory.peak_mib()
print(json.dumps(dict(first=first, able=able, before=before, reset=reset,
    during=during, after=after, peak=peak, inherited=inherited, again=again)))
"""


@pytest.fixture(scope="module")
def child() -> dict[str, Any]:
    """Return what a process sees that holds 64 MiB for a while."""
    done = subprocess.run(
        [sys.executable, "-c", PARENT, CHILD],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return json.loads(done.stdout)


@needs_proc
def test_the_peak_shows_what_was_held_and_given_back(child):
    assert 62 < child["peak"] - child["before"] < 80
    assert 62 < child["during"] - child["before"] < 80
    assert child["after"] < child["during"] - 60


@needs_proc
def test_the_peak_is_not_the_parents(child):
    assert child["inherited"] > 400  # what getrusage would have said
    assert child["first"] < 200
    assert child["peak"] < 250


@needs_proc
def test_the_peak_can_be_reset(child):
    if not child["able"]:
        pytest.skip("/proc/self/clear_refs may not be written here")
    assert child["reset"] < child["before"] + 5
    assert child["again"] < child["peak"] - 50


# === A real device ==========================================================


@pytest.mark.gpu
@pytest.mark.parametrize("name", ("keras", "torch"))
def test_both_sides_fill_the_fields_of_a_gpu(name: Any, tmp_path):
    if not Path("/dev/nvidiactl").exists():
        pytest.skip("no CUDA device: /dev/nvidiactl is not there")
    task = BY_STEM["chapter08_digits_convnet"]
    generator = np.random.default_rng(0)
    images = generator.random((256, 28, 28, 1)).astype("float32")
    labels = generator.integers(0, 10, 256)
    split = write_split(Arrays(images, labels), tmp_path, "train")
    with Side(name, Settings(device="cuda"), tmp_path) as side:
        if side.facts()["device"] != "cuda":
            pytest.skip(f"{side.title} here was built without CUDA")
        config = task.config("quick")
        peaks = side.call("measure_memory", getattr(task, name), config, split)
    assert set(peaks) == FIELDS | {"host_peak_mib"}
    # The weights and their gradients alone are 0.8 MiB, the card 10 GiB.
    assert 0.8 < peaks["gpu_allocator_peak_mib"] < 10_240
    assert peaks["host_allocator_peak_mib"] is None
    assert peaks["note"] == ""
    if name == "torch":
        reserved = peaks["gpu_reserved_mib"]
        assert reserved >= peaks["gpu_allocator_peak_mib"]
    assert peaks["gpu_process_mib"] is None or (
        peaks["gpu_process_mib"] > peaks["gpu_allocator_peak_mib"]
    )
