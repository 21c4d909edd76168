"""Install a lock file by pip, and show how far it is.

pip alone says nothing for minutes while it unpacks. Run by `make setup` and
its like, before any package is there: python -I comparisons/install.py LOCK
"""

import re
import subprocess
import sys
import sysconfig
import threading
import time
from collections import deque
from collections.abc import Iterable
from pathlib import Path

# Seconds between two lines of progress.
EVERY = 10.0
# Larger downloads have a line of their own, printed before they begin.
LARGE_MB = 20.0
DOWNLOAD = re.compile(
    r"\s*(?:Downloading|Using cached) (?:\S*/)?([^\s/]+?)-(\d[^-\s]*)\S* "
    r"\((\S+) (GB|MB|kB|bytes)\)"
)
MEGABYTES = {"GB": 1000.0, "MB": 1.0, "kB": 1e-3, "bytes": 1e-6}
# Lines of pip that are printed when it fails.
LAST = 40
COLLECTED = "Installing collected packages: "


def download_of(line: str) -> tuple[str, float] | None:
    """Return the package that a line of pip names, and its megabytes."""
    found = DOWNLOAD.match(line)
    if not found or ".metadata" in line:
        return None
    name, version, size, unit = found.groups()
    return f"{name} {version}", float(size) * MEGABYTES[unit]


def complete(packages: Path) -> int:
    """Return how many packages are installed; pip writes INSTALLER last."""
    return len(list(packages.glob("*.dist-info/INSTALLER")))


def watch(packages: Path, total: int, ended: threading.Event) -> None:
    """Say from time to time how many of the packages are installed."""
    before, began = complete(packages), time.monotonic()
    while not ended.wait(EVERY):
        # Packages that are replaced were there before: never more than total.
        done = max(0, min(complete(packages) - before, total))
        say(f"unpacked {done} of {total}, {time.monotonic() - began:.0f} s")


def follow(lines: Iterable[str], packages: Path) -> deque[str]:
    """Print the progress that pip's lines tell; return the last of them.

    Warnings are not shown: what stops pip is among its last lines.
    """
    last: deque[str] = deque(maxlen=LAST)
    ended = threading.Event()
    collected, megabytes, said = 0, 0.0, time.monotonic()
    for line in lines:
        last.append(line)
        if line.startswith("Collecting "):
            collected += 1
        elif line.startswith(COLLECTED):
            total = line.count(",") + 1
            say(f"{megabytes:,.0f} MB there; unpacking {total} packages")
            threading.Thread(
                target=watch, args=(packages, total, ended), daemon=True
            ).start()
        elif line.startswith("Successfully installed "):
            ended.set()
            say(f"installed {len(line.split()) - 2} packages")
        elif found := download_of(line):
            name, size = found
            megabytes += size
            if size >= LARGE_MB or time.monotonic() - said > EVERY:
                say(f"package {collected}: {name}, {size:.1f} MB")
                said = time.monotonic()
    ended.set()
    return last


def say(text: str) -> None:
    print(f"  {text}", flush=True)


def main(lock: str) -> int:
    """Install `lock` where this interpreter is; return pip's exit status."""
    command = [sys.executable, "-m", "pip", "install"]
    command += ["--progress-bar", "off", "--requirement", lock]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as pip:
        assert pip.stdout is not None
        last = follow(pip.stdout, Path(sysconfig.get_paths()["purelib"]))
    if pip.returncode:
        print("".join(last), end="", file=sys.stderr)
    return pip.returncode


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(f"received {sys.argv[1:]}; expected one lock file")
    sys.exit(main(sys.argv[1]))
