"""The rules that a reader of pairs and of the atlas relies on.

Rules are checked on syntax trees and texts; of the code checked, only the
table of tasks and the atlas are imported. Each test checks all files and names
every one that breaks its rule.
"""

import ast
import builtins
import io
import math
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from comparisons import differences as atlas
from comparisons.tasks import TASKS, Task

ROOT = Path(__file__).parents[1]
HALVES = ("keras_impl", "torch_impl")
BANNERS = [
    "Data",
    "Model",
    "Training",
    "Evaluation",
    "Generation",
    "Exhibit",
    "Main",
]
OPTIONAL = {"Generation", "Exhibit"}
CONTRACT = [
    "to_inputs",
    "build_model",
    "make_loss",
    "make_optimizer",
    "train",
    "predict",
    "evaluate",
    "main",
]
LEARN = {"make_loss", "make_optimizer", "train"}
FRAMEWORKS = {
    "keras": {"keras", "tensorflow"},
    "torch": {"torch", "torchvision"},
}
# What only one of two mirrored modules needs: Keras must be asked for what
# PyTorch's `state_dict` says by itself and has several engines; PyTorch must
# be asked where channels stand, which of an optimizer's values are a weight's
# and which biases Keras does not have.
ONE_SIDED = {
    "kind_of",
    "leaves",
    "layers_of",
    "is_recurrent",
    "CalledBack",
    "formulas",
    "predicted",
    "is_spatial",
    "named_parameters",
    "coupled_decay",
    "states_like",
    "second_biases",
}


def source(path: str | Path) -> str:
    return (ROOT / path).read_text()


def tree(path: str | Path) -> ast.Module:
    return ast.parse(source(path), str(path))


def both(task: Task) -> tuple[str, str]:
    """Return the paths of the Keras half and of the PyTorch half."""
    keras, torch = (f"{package}/{task.stem}.py" for package in HALVES)
    return keras, torch


def functions(path: str) -> dict[str, list[str]]:
    """Return the arguments of every top-level function, in order."""
    return {
        node.name: [a.arg for a in node.args.args]
        for node in tree(path).body
        if isinstance(node, ast.FunctionDef)
    }


def banners(path: str) -> list[str]:
    return re.findall(r"^# === (\w+) =+$", source(path), flags=re.M)


def comments(path: str | Path) -> str:
    """Return a file's comments; those on neighbouring lines joined."""
    tokens = tokenize.generate_tokens(io.StringIO(source(path)).readline)
    found = [t.string for t in tokens if t.type == tokenize.COMMENT]
    return " ".join(comment.lstrip("# ") for comment in found)


def differences_in(text: str) -> set[str]:
    """Return the names in backquotes that look like entries of the atlas."""
    return set(re.findall(r"`([a-z0-9]+(?:_[a-z0-9]+)+)`", text))


def imported_by(node: ast.AST) -> set[str]:
    """Return the full names that are imported anywhere in a node."""
    names: set[str] = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Import):
            names |= {alias.name for alias in part.names}
        elif isinstance(part, ast.ImportFrom):
            names |= {f"{part.module}.{alias.name}" for alias in part.names}
    return names


def packages(names: set[str]) -> set[str]:
    return {name.split(".")[0] for name in names}


# === Rows and files =========================================================


@pytest.mark.parametrize("package", (*HALVES, "shared_data"))
def test_rows_and_chapter_files_are_the_same(package: str):
    stems = {path.stem for path in (ROOT / package).glob("chapter*.py")}
    assert stems == {task.stem for task in TASKS}


def test_rows_are_unique_and_in_the_order_of_the_book():
    stems = [task.stem for task in TASKS]
    assert len(set(stems)) == len(stems)
    order = [[int(n) for n in task.section.split(".")] for task in TASKS]
    assert order == sorted(order)
    assert [first for first, *_ in order] == [task.chapter for task in TASKS]


def test_every_row_bounds_how_far_halves_may_differ():
    wrong = [
        task.stem
        for task in TASKS
        if not task.margin > 0
        or not task.margin_why
        or not all(0 < bound <= 1 for bound in task.native_bounds.values())
    ]
    assert wrong == []


# === Both halves of a pair ==================================================


def test_both_halves_have_the_same_banners_in_order():
    wrong = []
    for task in TASKS:
        keras, torch = map(banners, both(task))
        optional = OPTIONAL | (set() if task.trains else {"Training"})
        needed = set(BANNERS) - optional
        in_order = keras == [name for name in BANNERS if name in keras]
        if keras != torch or not in_order or not needed <= set(keras):
            wrong.append(f"{task.stem}: {keras}, {torch}")
    assert wrong == []


def test_both_halves_have_the_same_functions_in_order():
    wrong = []
    for task in TASKS:
        keras, torch = map(functions, both(task))
        if "train_step" not in keras:  # Keras' own, within `fit`
            has_step = torch.pop("train_step", None) is not None
            if has_step != task.trains:
                wrong.append(f"{task.stem}: train_step")
        if list(keras) != list(torch):
            wrong.append(f"{task.stem}: {list(keras)}, {list(torch)}")
        contract = [n for n in CONTRACT if task.trains or n not in LEARN]
        if [name for name in keras if name in CONTRACT] != contract:
            wrong.append(f"{task.stem}: expected {contract} in this order")
        wrong += [
            f"{task.stem}: {name}{keras[name]}, {name}{torch.get(name)}"
            for name in contract
            if keras.get(name) != torch.get(name)
        ]
    assert wrong == []


def test_docstrings_name_section_twin_and_command():
    wrong = []
    for task in TASKS:
        for path, twin in zip(both(task), reversed(both(task)), strict=True):
            text = ast.get_docstring(tree(path)) or ""
            module = path.removesuffix(".py").replace("/", ".")
            for line in (
                rf"Book: section {re.escape(task.section)}\..*",
                rf".*Twin: {re.escape(twin)}",
                rf"Run: python -m {re.escape(module)}",
                r"Expect: .*\d.*",
            ):
                if not re.search(rf"^{line}$", text, re.M):
                    wrong.append(f"{path}: expected the line {line}")
    assert wrong == []


# === The atlas ==============================================================


def test_comments_and_rows_name_entries_of_the_atlas():
    known, wrong = set(atlas.names()), []
    shared: set[str] = set()  # said in files that several tasks use
    for package in HALVES:
        for path in (ROOT / package).glob("*.py"):
            if not path.stem.startswith("chapter"):
                shared |= differences_in(path.read_text())
    for task in TASKS:
        listed, said = set(task.differences), set(shared)
        for path in both(task):
            named = differences_in(comments(path))
            said |= differences_in(source(path))
            wrong += [f"{path}: {name}" for name in named - (known & listed)]
        wrong += [f"row of {task.stem}: {n}" for n in listed - (known & said)]
    assert wrong == []


def test_every_entry_of_the_atlas_is_whole():
    wrong = []
    for name in atlas.names():
        entry = atlas.difference(name)
        fixes = set(atlas.FIXES) & set(entry.code)
        if not (
            entry.title
            and all((entry.keras, entry.pytorch, entry.fix))
            and entry.gap > 0
            and set(entry.closed) == {"float32", "float64"}
            and all(0 <= bound < math.inf for bound in entry.closed.values())
            and {"keras_default", "torch_default"} <= set(entry.code)
            and fixes
            and (len(fixes) == 2) != bool(entry.not_possible)
        ):
            wrong.append(name)
    assert wrong == []


def unknown_names(code: str) -> set[str]:
    """Return the names that code uses and does not define."""
    known, loaded = set(vars(builtins)), set()
    for part in ast.walk(ast.parse(code)):
        if isinstance(part, ast.Import | ast.ImportFrom):
            known |= {a.asname or a.name for a in part.names}
        elif isinstance(part, ast.FunctionDef | ast.ClassDef):
            known.add(part.name)
        elif isinstance(part, ast.arg):
            known.add(part.arg)
        elif isinstance(part, ast.Name):
            stored = isinstance(part.ctx, ast.Store)
            (known if stored else loaded).add(part.id)
    return loaded - known


def test_code_of_an_entry_can_be_pasted_as_it_stands():
    wrong = [
        f"{name}, {way}: {sorted(unknown)}"
        for name in atlas.names()
        for way, code in atlas.difference(name).code.items()
        if (unknown := unknown_names(code))
    ]
    assert wrong == []


def test_no_function_of_an_entry_imports_the_other_framework():
    """Both in one process crash."""
    wrong = []
    for name in atlas.names():
        for node in tree(atlas.path_of(name)).body:
            allowed: set[str] = set()
            if isinstance(node, ast.FunctionDef):
                prefix = node.name.split("_")[0]
                if prefix not in FRAMEWORKS:
                    continue
                allowed = FRAMEWORKS[prefix]
            banned = set.union(*FRAMEWORKS.values()) - allowed
            if packages(imported_by(node)) & banned:
                wrong.append(f"{name}, line {node.lineno}")
    assert wrong == []


# === The harness ============================================================


@pytest.mark.parametrize("suffix", ("side", "recorder"))
def test_mirrored_twins_have_the_same_functions_in_order(suffix: str):
    def public(name: str) -> list[tuple[str, list[str]]]:
        found = []
        for node in tree(f"comparisons/sides/{name}/{suffix}.py").body:
            side = isinstance(node, ast.ClassDef) and suffix == "side"
            parts = node.body if side else [node]
            found += [
                (part.name, [a.arg for a in part.args.args])
                for part in parts
                if isinstance(part, ast.FunctionDef)
            ]
        return [
            (name, arguments)
            for name, arguments in found
            if not name.startswith("_") and name not in ONE_SIDED
        ]

    assert public("keras") == public("torch")


def unpickling(path: Path) -> Iterator[str]:
    """Yield whatever in a file could run code that data bring along."""
    pickles = {"pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
    body = tree(path)
    names = imported_by(body)
    found = packages(names) & pickles | names & {"torch.load", "numpy.load"}
    yield from (f"{path}: imports {name}" for name in found)
    for node in ast.walk(body):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        keywords = {k.arg: ast.unparse(k.value) for k in node.keywords}
        allows = keywords.get("allow_pickle")
        loads = called in ("np.load", "numpy.load")
        if (
            called == "torch.load"
            or allows == "True"
            or (loads and allows != "False")
        ):
            yield f"{path}:{node.lineno}: {called}"


def test_nothing_is_unpickled():
    paths = [
        path.relative_to(ROOT)
        for folder in ("comparisons", "shared_data", *HALVES, "tests")
        for path in sorted((ROOT / folder).rglob("*.py"))
    ]
    assert len(paths) > 300
    assert [line for path in paths for line in unpickling(path)] == []
