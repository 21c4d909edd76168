"""What a measurement runs on, and whether it has the machine to itself."""

import importlib.metadata
import os
import platform
import time
from datetime import UTC, datetime
from pathlib import Path

import psutil

from comparisons.checkout import commit, cpu_flags, cpu_model
from comparisons.measure.guard import Guard
from comparisons.records import Conditions, Environment
from comparisons.sides.process import Settings, Side

# Of a processor's flags, those that choose kernels for floating-point numbers.
TOLD = (
    *("avx", "avx2", "fma", "f16c", "avx512f", "avx512_bf16", "avx512_fp16"),
    *("avx512_vnni", "avx_vnni", "amx_tile", "amx_bf16", "amx_int8"),
    *("asimd", "bf16", "sve", "sve2"),
)
BUSY = 0.1  # cores that others hold for a second, while we do nothing


def instructions() -> list[str]:
    """Return the instruction sets that bear on speed; [] if untold."""
    known = set(cpu_flags())
    return [name for name in TOLD if name in known]


def governor() -> str | None:
    """Return how the kernel sets the processor's clock, if it says."""
    path = Path("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
    try:
        return path.read_text().strip()
    except OSError:
        return None


def load() -> float:
    return os.getloadavg()[0]


def foreign_cores(seconds: float = 1.0) -> float:
    """Return how many cores others hold while this process sleeps."""
    guard = Guard([])
    time.sleep(seconds)
    return guard.foreign_cores()


def before() -> Conditions:
    """Return how the machine is before anything is timed."""
    return Conditions(
        governor=governor(),
        memory_gib=psutil.virtual_memory().total / 2**30,
        load_before=load(),
        load_after=load(),
        busy=foreign_cores() > BUSY,
    )


def environment(
    digest: str, keras: Side, torch: Side, settings: Settings
) -> Environment:
    """Return what runs now: code, versions and machine.

    `digest` is that of the code, see comparisons/digests.py.
    """
    ours, theirs = keras.facts(), torch.facts()
    return Environment(
        keras=ours["keras"],
        backend=ours["backend"],
        backend_version=ours["backend_version"],
        torch=theirs["torch"],
        python=platform.python_version(),
        numpy=importlib.metadata.version("numpy"),
        cpu=cpu_model(),
        cores=os.cpu_count() or 0,
        threads=settings.threads,
        device=f"{ours['device']}, {theirs['device']}"
        if ours["device"] != theirs["device"]
        else ours["device"],
        platform=platform.platform(),
        instructions=instructions(),
        thread_policy="spin" if settings.dedicated else "sleep",
        commit=commit(),
        digest=digest,
        date=datetime.now(UTC).isoformat(timespec="seconds"),
    )
