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
from collections.abc import Iterable
from pathlib import Path

# Seconds between two lines of progress.
EVERY = 5.0
# Smaller downloads are counted without a line of their own.
LARGE_MB = 20.0
DOWNLOAD = re.compile(r"\s*(?:Downloading|Using cached) (\S+) \((\S+) (\w+)\)")
COLLECTED = "Installing collected packages: "


def size_of(line: str) -> tuple[str, float] | None:
    """Return the file that a line of pip names and its size in megabytes."""
    found = DOWNLOAD.match(line)
    if not found or found[1].endswith(".metadata"):
        return None
    units = {"GB": 1000.0, "MB": 1.0}
    return found[1].rpartition("/")[2], float(found[2]) * units.get(
        found[3], 0.001
    )


def complete(packages: Path) -> int:
    """Return how many packages are installed; pip writes INSTALLER last."""
    return len(list(packages.glob("*.dist-info/INSTALLER")))


def watch(packages: Path, total: int, ended: threading.Event) -> None:
    """Say from time to time how many of the packages are installed."""
    before, began, said = complete(packages), time.monotonic(), -1
    while not ended.wait(EVERY):
        # Packages that are replaced were there before: never more than total.
        done = max(0, min(complete(packages) - before, total))
        if done != said:
            seconds = time.monotonic() - began
            print(f"  unpacked {done} of {total}, {seconds:.0f} s", flush=True)
            said = done


def follow(lines: Iterable[str], packages: Path) -> None:
    """Print what a person wants to know of pip's lines as they come."""
    files, megabytes, said = 0, 0.0, time.monotonic()
    ended = threading.Event()
    for line in lines:
        if line.startswith(COLLECTED):
            total = line.count(",") + 1
            print(
                f"  {files} files, {megabytes:,.0f} MB; unpacking {total} "
                "packages",
                flush=True,
            )
            watcher = threading.Thread(
                target=watch, args=(packages, total, ended), daemon=True
            )
            watcher.start()
        elif line.startswith("Successfully installed "):
            ended.set()
            print(f"  installed {len(line.split()) - 2} packages", flush=True)
        elif found := size_of(line):
            name, size = found
            files, megabytes = files + 1, megabytes + size
            if size >= LARGE_MB or time.monotonic() - said > EVERY:
                print(f"  {files}: {name}, {size:.1f} MB", flush=True)
                said = time.monotonic()
    ended.set()


def main(lock: str) -> int:
    """Install `lock` where this interpreter is; return pip's exit status."""
    command = [sys.executable, "-m", "pip", "install"]
    command += ["--progress-bar", "off", "--requirement", lock]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as pip:
        assert pip.stdout is not None
        # Errors and warnings of pip go to stderr and are seen at once.
        follow(pip.stdout, Path(sysconfig.get_paths()["purelib"]))
    return pip.returncode


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(f"received {sys.argv[1:]}; expected one lock file")
    sys.exit(main(sys.argv[1]))
