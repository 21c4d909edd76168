"""Memory figures: which call gives which field, in MiB, and never a false 0.

A CUDA machine is rare, so that its fields are filled through stand-ins for
`torch.cuda`, `tf.config.experimental` and pynvml; test_gpu.py takes the real
ones.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from comparisons.sides import memory

ROOT = Path(__file__).parents[2]
MIB = 2**20
FIELDS = set(memory.empty_peaks(""))

# === CUDA, by PyTorch =======================================================


class Cuda:
    """Stands in for `torch.cuda`; writes down what is asked of it.

    While it warms up more is alive than later.
    """

    def __init__(self, retries: int = 0) -> None:
        self.calls: list[str] = []
        self.alive = 100
        self.answers = {
            "max_memory_reserved": 512 * MIB,
            "memory_allocated": 7 * MIB,
            "memory_reserved": 9 * MIB,
            "get_allocator_backend": "native",
            "memory_stats": {"num_alloc_retries": retries},
        }

    def __getattr__(self, name: str) -> Any:
        def call(*_: Any) -> Any:
            self.calls.append(name)
            if name == "max_memory_allocated":
                return self.alive * MIB
            return self.answers.get(name)

        return call


def watched(cuda: Cuda) -> dict[str, Any]:
    """Return the peaks of a training that warms up and then settles."""
    with memory.cuda_peaks(cuda) as (peaks, settled):
        cuda.calls.append("the first step")
        cuda.alive = 700
        settled()
        cuda.calls.append("the work")
        cuda.alive = 300
        assert peaks == {}
    return peaks


def test_cuda_peaks_are_the_allocators_in_mib(monkeypatch):
    monkeypatch.delenv("PYTORCH_ALLOC_CONF", raising=False)
    monkeypatch.delenv("PYTORCH_CUDA_ALLOC_CONF", raising=False)
    peaks = watched(Cuda())
    assert peaks == {
        "host_allocator_peak_mib": None,
        "gpu_allocator_peak_mib": 300.0,
        "gpu_reserved_mib": 512.0,
        "gpu_process_mib": None,
        "gpu_warmup_peak_mib": 700.0,
        "gpu_allocator": "native, fixed segments",
        "note": "",
    }


def test_cuda_is_emptied_and_reset_once_warm_and_waited_for_after():
    cuda = Cuda()
    watched(cuda)
    at = [cuda.calls.index(name) for name in ("the first step", "the work")]
    ready = ["synchronize", "max_memory_allocated", "empty_cache"]
    ready += ["reset_peak_memory_stats"]
    assert cuda.calls[: at[0]] == ready
    assert cuda.calls[at[0] + 1 : at[1]] == ready
    after = cuda.calls[at[1] + 1 :]
    assert after[0] == "synchronize"
    assert {"max_memory_allocated", "max_memory_reserved"} < set(after[1:])


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({}, "native, fixed segments"),
        (
            {"PYTORCH_ALLOC_CONF": "expandable_segments:True"},
            "native, expandable segments, "
            "PYTORCH_ALLOC_CONF=expandable_segments:True",
        ),
        (
            {"PYTORCH_CUDA_ALLOC_CONF": "max_split_size_mb:64"},
            "native, fixed segments, "
            "PYTORCH_CUDA_ALLOC_CONF=max_split_size_mb:64",
        ),
    ],
)
def test_how_the_cuda_allocator_is_set_is_named(environment, told):
    assert memory.cuda_allocator("native", environment) == told


def test_a_card_that_was_full_is_told():
    assert "tried 3 times again" in watched(Cuda(retries=3))["note"]


# === TensorFlow =============================================================


class Experimental:
    """Stands in for `tf.config.experimental`."""

    def __init__(self, fails: type[Exception] | None = None) -> None:
        self.fails = fails
        self.peak = 40
        self.calls: list[tuple[str, str]] = []

    def reset_memory_stats(self, device: str) -> None:
        self.calls.append(("reset", device))
        if self.fails:
            raise self.fails("no allocator statistics")

    def get_memory_info(self, device: str) -> dict[str, int]:
        self.calls.append(("read", device))
        if self.fails:
            raise self.fails("no allocator statistics")
        return {"current": 3 * MIB, "peak": self.peak * MIB}


def settled_on(api: Experimental, device: str, peak: int) -> dict[str, Any]:
    with memory.tensorflow_peaks_of(api, device) as (peaks, settled):
        api.peak = 200  # while it compiles
        settled()
        api.calls.append(("the work", device))
        api.peak = peak
        assert peaks == {}
    return peaks


@pytest.mark.parametrize(
    ("device", "filled", "note", "warm_up"),
    [
        ("GPU:0", "gpu_allocator_peak_mib", "", 200.0),
        (
            "CPU:0",
            "host_allocator_peak_mib",
            f"{memory.NO_CUDA}; {memory.SMALL_BLOCKS}",
            None,
        ),
    ],
)
def test_tensorflows_peak_goes_to_the_devices_field(
    device, filled, note, warm_up
):
    api = Experimental()
    peaks = settled_on(api, device, 96)
    assert [name for name, _ in api.calls] == [
        *("read", "reset"),
        *("read", "reset"),
        *("the work", "read"),
    ]
    assert {where for _, where in api.calls} == {device}
    assert peaks.pop("gpu_warmup_peak_mib", None) == warm_up
    assert set(peaks) == FIELDS
    assert peaks.pop(filled) == 96.0
    assert peaks.pop("note") == note
    assert set(peaks.values()) == {None}


def test_a_peak_of_small_blocks_alone_is_no_zero():
    peaks = settled_on(Experimental(), "CPU:0", 0)
    assert peaks["host_allocator_peak_mib"] is None
    assert memory.SMALL_BLOCKS in peaks["note"]


@pytest.mark.parametrize("device", ("CPU:0", "GPU:0"))
@pytest.mark.parametrize("fails", (ValueError, RuntimeError))
def test_an_allocator_without_statistics_gives_none_and_says_why(device, fails):
    peaks = settled_on(Experimental(fails), device, 96)
    note = peaks.pop("note")
    assert note.endswith(f"no allocator statistics for {device}")
    assert not note.startswith(";")
    assert (memory.NO_CUDA in note) == (device == "CPU:0")
    assert memory.SMALL_BLOCKS not in note
    assert set(peaks.values()) == {None}


# === The driver =============================================================


class Driver:
    """Stands in for pynvml."""

    class NVMLError(Exception):
        pass

    nvmlMemory_v2 = "the second version"

    def __init__(
        self,
        *processes: tuple[int, int | None],
        fails: str = "",
        used: int = 900 * MIB,
    ) -> None:
        self.processes = [
            SimpleNamespace(pid=pid, usedGpuMemory=used)
            for pid, used in processes
        ]
        self.fails = fails
        self.used = used
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

    def nvmlDeviceGetMemoryInfo(self, handle: str, version: str) -> Any:
        assert (handle, version) == ("device 0", self.nvmlMemory_v2)
        return self.answer("memory", SimpleNamespace(used=self.used))

    def nvmlDeviceGetComputeRunningProcesses(self, handle: str) -> Any:
        assert handle == "device 0"
        return self.answer("processes", self.processes)


OURS = os.getpid()


def test_the_driver_tells_what_this_process_holds():
    driver = Driver((1, 5 * MIB), (OURS, 640 * MIB), (2, None))
    card = memory.card(driver)
    assert driver.asked == ["init", "handle", "memory", "processes"]
    assert card == (900.0, {1: 5.0, OURS: 640.0, 2: None})
    assert memory.process_gpu_mib(None, card) == 640.0


@pytest.mark.parametrize("fails", ("init", "handle", "memory", "processes"))
def test_a_driver_that_fails_gives_none(fails):
    driver = Driver((OURS, 640 * MIB), fails=fails)
    assert memory.card(driver) is None
    assert driver.asked[-1] == fails
    assert memory.process_gpu_mib(None, None) is None


IDLE = memory.Card(3.0, {})
ONE = memory.Card(703.0, {7: None})


@pytest.mark.parametrize(
    ("before", "now", "ours"),
    [
        (IDLE, ONE, 700.0),
        (IDLE, memory.Card(703.0, {OURS: None}), 700.0),
        (None, ONE, None),
        (memory.Card(3.0, {5: 1.0}), ONE, None),
        (memory.Card(300.0, {}), ONE, None),
        (IDLE, memory.Card(703.0, {7: 1.0, 8: 1.0}), None),
        (IDLE, memory.Card(703.0, {}), None),
    ],
    ids=(
        *("another number", "not told", "no level before", "was in use"),
        *("was in use by nobody listed", "two users", "nobody is listed"),
    ),
)
def test_the_cards_change_is_ours_only_if_nobody_else_was_on_it(
    before, now, ours
):
    assert memory.process_gpu_mib(before, now) == ours


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


def test_memory_is_given_back_before_the_level_is_read(monkeypatch):
    done = []
    for name, value in (
        ("trim", True),
        ("reset_peak", True),
        ("resident_mib", 500.0),
        ("peak_mib", 540.0),
    ):
        monkeypatch.setattr(
            memory, name, lambda n=name, v=value: done.append(n) or v
        )
    told = memory.host_peak_of(lambda: done.append("the work"))
    assert done == [
        "trim",
        "reset_peak",
        "resident_mib",
        "the work",
        "peak_mib",
    ]
    assert told == {
        "host_peak_mib": 40.0,
        "host_level_mib": 500.0,
        "peak_reset": True,
        "note": "",
    }


def test_a_peak_that_is_older_than_the_work_is_called_a_bound(monkeypatch):
    monkeypatch.setattr(memory, "reset_peak", lambda: False)
    monkeypatch.setattr(memory, "peak_mib", lambda: 540.0)
    told = memory.host_peak_of(lambda: None)
    assert told["peak_reset"] is False
    assert "could not be reset" in told["note"]
    assert "upper bound" in told["note"]


def test_a_system_that_tells_no_peak_gives_none(monkeypatch):
    monkeypatch.setattr(memory, "status_mib", lambda _: float("nan"))
    told = memory.host_peak_of(lambda: None)
    assert told["host_peak_mib"] is told["host_level_mib"] is None
    assert "not told" in told["note"]


def test_without_malloc_trim_nothing_is_given_back(monkeypatch):
    monkeypatch.setattr(memory.ctypes, "CDLL", lambda _: object())
    assert memory.trim() is False


def test_the_same_words_are_said_once():
    assert memory.said_once(["a; b", "", "b; c"]) == ["a", "b", "c"]


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
from comparisons.sides import memory
first = memory.peak_mib()
able = memory.reset_peak()
before, reset = memory.resident_mib(), memory.peak_mib()
array = np.ones(64 * 2**17)
during = memory.resident_mib()
del array
after, peak = memory.resident_mib(), memory.peak_mib()
inherited = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
again = memory.reset_peak() and memory.peak_mib()
pieces = [bytes([n % 255]) * 100_000 for n in range(600)]
pieces = pieces[::10]  # what lies between them is given back only if asked
full = memory.resident_mib()
trimmed = memory.trim() and full - memory.resident_mib()
print(json.dumps(dict(first=first, able=able, before=before, reset=reset,
    during=during, after=after, peak=peak, inherited=inherited, again=again,
    trimmed=trimmed)))
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


@needs_proc
def test_what_the_c_library_keeps_is_given_back(child):
    if child["trimmed"] is False:
        pytest.skip("this C library has no malloc_trim")
    assert child["trimmed"] > 20
