"""What set-up says while pip works, and what of it when pip fails."""

import subprocess
import sys
from pathlib import Path

import pytest

from comparisons import install
from comparisons.checkout import ROOT

PIP = [
    "Collecting tensorflow==2.21.0 (from -r requirements.lock (line 80))\n",
    "  Downloading tensorflow-2.21.0-cp311-linux_x86_64.whl.metadata (5 kB)\n",
    "  Downloading tensorflow-2.21.0-cp311-linux_x86_64.whl (572.4 MB)\n",
    "Collecting tqdm==4.70.1 (from -r requirements.lock (line 90))\n",
    "  Using cached https://a.org/b/tqdm-4.70.1-py3-none-any.whl (78 kB)\n",
    "Installing collected packages: tqdm, tensorflow\n",
    "Successfully installed tensorflow-2.21.0 tqdm-4.70.1\n",
]


def test_progress_names_large_packages_and_counts_all(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    last = install.follow(PIP, tmp_path)
    assert list(last) == PIP
    assert capsys.readouterr().out.splitlines() == [
        "  package 1: tensorflow 2.21.0, 572.4 MB",
        "  572 MB there; unpacking 2 packages",
        "  installed 2 packages",
    ]


def test_progress_of_unpacking_is_counted_on_disk(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    class Ended:
        turns = 0

        def wait(self, seconds: float) -> bool:
            """Install one package in each of two turns, then end."""
            self.turns += 1
            info = tmp_path / f"p{self.turns}.dist-info"
            info.mkdir()
            (info / "INSTALLER").touch()
            return self.turns == 3

    install.watch(tmp_path, 2, Ended())  # type: ignore[arg-type]
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(",")[0] for line in lines] == [
        "  unpacked 1 of 2",
        "  unpacked 2 of 2",
    ]


def test_a_failure_of_pip_is_shown_and_is_its_status(tmp_path: Path) -> None:
    lock = tmp_path / "bad.lock"
    lock.write_text("not a requirement ==\n")
    done = subprocess.run(
        [sys.executable, "-I", ROOT / "comparisons" / "install.py", lock],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "Invalid requirement" in done.stderr
