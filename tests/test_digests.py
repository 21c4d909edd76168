"""A section of a result is marked as soon as its code is another one."""

from pathlib import Path
from typing import Any

import pytest

from comparisons import checkout, digests
from comparisons.tasks import BY_STEM

STEM = "chapter08_fine_tuning"
TASK = BY_STEM[STEM]
PINS = '[project]\ndependencies = ["mlxtend==0.25.0", "babel==2.18.0"]\n'
FILES = {
    f"keras_impl/{STEM}.py": "from keras_impl import common\nx = 1\n",
    "keras_impl/__init__.py": "",
    "keras_impl/common.py": '"""Says what."""\ny = f"a {1!r} b"\n',
    f"torch_impl/{STEM}.py": "def f():\n    'Says.'\n    return 1\n",
    f"shared_data/{STEM}.py": "from shared_data.sources.a import load\n",
    "shared_data/sources/a.py": 'PACKAGE = "mlxtend"\n',
    "shared_data/sources/other.py": "z = 1\n",
    "comparisons/weights.py": "w = 1\n",
    "comparisons/proof/ladder.py": "p = 1\n",
    "comparisons/sides/wire.py": "s = 1\n",
    "comparisons/sides/torch/timing.py": "t = 1\n",
    "comparisons/report/words.py": "r = 1\n",
    "pyproject.toml": PINS,
}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: Any) -> Path:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.setattr(checkout, "ROOT", tmp_path)
    return tmp_path


def both() -> tuple[str, str]:
    task = digests.task_digest(TASK, "quick")
    return task, digests.proof_digest(TASK, "quick")


@pytest.mark.parametrize(
    ("name", "text", "task", "proof"),
    [
        # Words change nothing.
        ("keras_impl/common.py", "# New\ny = f'a {1!r} b'\n", True, True),
        (f"torch_impl/{STEM}.py", "def f():\n    return 1\n", True, True),
        ("comparisons/proof/ladder.py", '"""Why."""\np = 1', True, True),
        # Code does, wherever a half or its data have it from.
        ("keras_impl/common.py", "y = f'a {1!s} b'\n", False, False),
        (f"torch_impl/{STEM}.py", "def f():\n    return 2\n", False, False),
        ("shared_data/sources/a.py", 'PACKAGE = "babel"\n', False, False),
        ("shared_data/sources/other.py", "z = 2\n", True, True),
        # The harness counts for a proof.
        ("comparisons/weights.py", "w = 2\n", True, False),
        ("comparisons/proof/ladder.py", "p = 2\n", True, False),
        ("comparisons/sides/wire.py", "s = 2\n", True, False),
        ("comparisons/sides/torch/timing.py", "t = 2\n", True, True),
        ("comparisons/report/words.py", "r = 2\n", True, True),
        # Of the packages with data, those that the task's sources name.
        ("pyproject.toml", PINS.replace("0.25", "0.26"), False, False),
        ("pyproject.toml", PINS.replace("2.18", "2.19"), True, True),
    ],
)
def test_what_a_digest_covers(
    root: Path, name: str, text: str, task: bool, proof: bool
) -> None:
    before = both()
    (root / name).write_text(text)
    after = both()
    assert (after[0] == before[0], after[1] == before[1]) == (task, proof)


def test_the_configuration_counts(root: Path, monkeypatch: Any) -> None:
    before = both()
    monkeypatch.setattr(TASK.data_module, "QUICK", "another budget")
    assert both()[0] != before[0] and both()[1] != before[1]
