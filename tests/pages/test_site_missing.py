"""What the site's build refuses, in one line, and how it reads documents."""

import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from comparisons.checkout import ROOT
from comparisons.common import RequestError
from comparisons.pages import app as command
from comparisons.pages import build
from comparisons.pages.build import House
from comparisons.pages.documents import Reader
from comparisons.pages.sources import RESULTS
from comparisons.tasks import BY_STEM

DIGITS = "chapter08_digits_convnet"
KERAS, TORCH = f"keras_impl/{DIGITS}.py", f"torch_impl/{DIGITS}.py"
RESULT = f"{RESULTS}/{DIGITS}.json"


# === What is missing ========================================================


@pytest.fixture
def house(tmp_path: Path) -> House:
    """Return a checkout with one pair, and what its pages need."""
    ends = (".json", ".webp", "_exhibit.webp")
    results = [f"{RESULTS}/{DIGITS}{end}" for end in ends]
    for path in (KERAS, TORCH, *results, "README.ko.md"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, tmp_path / path)
    return House(tmp_path, [BY_STEM[DIGITS]], ["rmsprop_epsilon"])


def refused(house: House, told: str) -> None:
    with pytest.raises(RequestError, match=told) as caught:
        build.make(house)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("path", "told"),
    [
        (TORCH, f"received no {TORCH}"),
        (KERAS, f"received no {KERAS}"),
        (RESULT, "received no result .*comparisons run"),
        (f"{RESULTS}/{DIGITS}.webp", "received no picture"),
    ],
)
def test_what_is_missing_is_named(house: House, path: str, told: str):
    (house.root / path).unlink()
    refused(house, told)


@pytest.mark.parametrize(
    ("paths", "old", "new", "told"),
    [
        ([TORCH], "# === Eval", "# --- Eval", "torch_impl.* section Evaluat"),
        ([KERAS, TORCH], "# === Data", "# --- Data", "without a section Data"),
        ([TORCH], "def main(", "def main((", "is no Python in line"),
        ([RESULT], '_version": 2', '_version": 7', "not fit schema version 2"),
        (["README.ko.md"], "# ", "", "README.ko.md without a title"),
    ],
)
def test_what_cannot_be_shown_is_named(
    house: House, paths: list[str], old: str, new: str, told: str
):
    for path in paths:
        file = house.root / path
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))
    refused(house, told)


@pytest.mark.parametrize("whole", (True, False))
def test_the_command_writes_all_pages_or_none(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: bool
):
    if not whole:
        (house.root / f"torch_impl/{DIGITS}.py").unlink()
    make = build.make
    monkeypatch.setattr(build, "make", lambda: make(house))
    out = tmp_path / "out"
    done = CliRunner().invoke(command.app, ["site", "--out", str(out)])
    assert done.exit_code == (0 if whole else 2), done.output
    assert (out / "index.html").is_file() == whole
    assert out.exists() == whole


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RequestError, match="expected a folder that"):
        build.write({"index.html": b""}, tmp_path / "file")


# === Documents ==============================================================


def test_documents_link_to_pages_and_to_nothing_that_is_not_there(
    house: House,
):
    (house.root / "docs").mkdir()
    (house.root / "docs" / "prove.md").write_text("# Prove\n")
    text = (
        "# Title: more\n\n[a](prove.md#title) [b](missing.md) "
        f"[c](../torch_impl/{DIGITS}.py) [d](../Makefile) "
        "[e](https://example.org)\n\n<b>\n\n```python\nx = 1\n```\n"
    )
    html = Reader(house).html(text, "docs/weights.md")
    assert '<h1 id="title">' in html
    assert re.findall(r'href="([^"]+)"', html) == [
        "../docs/prove.html#title",
        f"../pairs/{DIGITS}.html",
        "https://example.org",
    ]
    assert "b c" in re.sub(r"<[^>]+>", "", html)
    assert "&lt;b&gt;" in html
    assert '<span class="m">1</span>' in html
