"""The house rules that a reader relies on, read off the sources themselves.

Nothing is imported but the table of tasks: every rule is checked on the
syntax tree or the text, so that a broken half is named and not run.
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
FRAMEWORKS = {
    "keras": {"keras", "tensorflow", "tensorboard", "tf_keras"},
    "torch": {"torch", "torchvision", "torchaudio", "torchmetrics"},
}
BANNERS = (
    "Data",
    "Model",
    "Training",
    "Evaluation",
    "Generation",
    "Exhibit",
    "Main",
)
CONTRACT = (
    "to_inputs",
    "build_model",
    "make_loss",
    "make_optimizer",
    "train",
    "predict",
    "evaluate",
    "main",
)
LEARN = {"make_loss", "make_optimizer", "train"}
# What only one of two mirrored modules needs: Keras must be asked for what
# PyTorch's `state_dict` says by itself and has several engines; PyTorch must
# be asked where channels stand, which of an optimizer's values are a weight's
# and which biases Keras does not have.
ONE_SIDED = {
    "kind_of",
    "leaves",
    "layers_of",
    "is_recurrent",
    "engine_peaks",
    "is_spatial",
    "named_parameters",
    "coupled_decay",
    "states_like",
    "second_biases",
}

every_task = pytest.mark.parametrize("task", TASKS, ids=lambda t: t.stem)
every_half = pytest.mark.parametrize("package", HALVES)


def source(path: str | Path) -> str:
    return (ROOT / path).read_text()


def tree(path: str | Path) -> ast.Module:
    return ast.parse(source(path), str(path))


def functions(path: str | Path) -> list[str]:
    """Return the names of the top-level functions, in order."""
    return [n.name for n in tree(path).body if isinstance(n, ast.FunctionDef)]


def methods(path: str | Path, of: str) -> list[str]:
    """Return the names of the methods of a class."""
    return [
        method.name
        for node in tree(path).body
        if isinstance(node, ast.ClassDef) and node.name == of
        for method in node.body
        if isinstance(method, ast.FunctionDef)
    ]


def imports(path: str | Path, everywhere: bool = True) -> set[str]:
    """Return the imported modules' full names; at module level if asked."""
    body = tree(path)
    nodes = ast.walk(body) if everywhere else outside_functions(body)
    names: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            module = node.module or ""
            names |= {f"{module}.{alias.name}" for alias in node.names}
    return names


def outside_functions(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what runs on import: all but the bodies of functions."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield child
            yield from outside_functions(child)


def roots(names: set[str]) -> set[str]:
    return {name.split(".")[0] for name in names}


def comments(path: str | Path) -> str:
    """Return a file's comments; those on neighbouring lines joined."""
    tokens = tokenize.generate_tokens(io.StringIO(source(path)).readline)
    found = [t.string for t in tokens if t.type == tokenize.COMMENT]
    return " ".join(comment.lstrip("# ") for comment in found)


def differences_in(text: str) -> set[str]:
    """Return the names in backquotes that look like entries of the atlas."""
    return set(re.findall(r"`([a-z0-9]+(?:_[a-z0-9]+)+)`", text))


def files(*folders: str) -> list[Path]:
    found = [p for f in folders for p in sorted((ROOT / f).rglob("*.py"))]
    assert found
    return [path.relative_to(ROOT) for path in found]


# === Rows and files =========================================================


@every_task
@pytest.mark.parametrize("package", (*HALVES, "shared_data"))
def test_every_row_has_its_three_files(task: Task, package: str):
    assert (ROOT / package / f"{task.stem}.py").is_file()


@pytest.mark.parametrize("package", (*HALVES, "shared_data"))
def test_no_chapter_file_is_without_a_row(package: str):
    stems = {path.stem for path in (ROOT / package).glob("chapter*.py")}
    assert stems - {task.stem for task in TASKS} == set()


def test_rows_are_unique_and_in_the_order_of_the_book():
    stems = [task.stem for task in TASKS]
    assert len(set(stems)) == len(stems)
    order = [[int(n) for n in task.section.split(".")] for task in TASKS]
    assert order == sorted(order)
    for task in TASKS:
        assert re.fullmatch(r"chapter\d\d_[a-z0-9_]+", task.stem)
        assert int(task.section.split(".")[0]) == task.chapter


@every_task
def test_every_row_says_how_close_is_close_enough_and_why(task: Task):
    assert task.margin > 0
    assert len(task.margin_why.split()) >= 3
    assert task.baseline_name
    assert task.answer in ("class", "sign") or float(task.answer) > 0
    for bound in task.native_bounds.values():
        assert 0 < bound <= 1  # relative differences


# === Both halves of a pair ==================================================


@every_task
def test_both_halves_have_the_same_banners_in_order(task: Task):
    found = {}
    for package in HALVES:
        text = source(f"{package}/{task.stem}.py")
        lines = re.findall(r"^# ===.*$", text, flags=re.M)
        for line in lines:
            assert re.fullmatch(r"# === \w+ =+", line), line
            assert len(line) == 78, line
        found[package] = [line.split()[2] for line in lines]
    keras, torch = found["keras_impl"], found["torch_impl"]
    assert keras == torch
    optional = {"Generation", "Exhibit"}
    optional |= set() if task.trains else {"Training"}
    assert set(BANNERS) - optional <= set(keras) <= set(BANNERS)
    assert keras == [name for name in BANNERS if name in keras]


@every_task
def test_both_halves_have_the_same_functions_in_order(task: Task):
    keras, torch = (functions(f"{p}/{task.stem}.py") for p in HALVES)
    if "train_step" not in keras:  # Keras' own, within `fit`
        assert ("train_step" in torch) == task.trains
        torch = [name for name in torch if name != "train_step"]
    assert keras == torch
    contract = [name for name in CONTRACT if task.trains or name not in LEARN]
    assert [name for name in keras if name in CONTRACT] == contract


@every_task
def test_functions_of_the_contract_take_the_same_arguments(task: Task):
    def arguments(package: str) -> dict[str, list[str]]:
        body = tree(f"{package}/{task.stem}.py").body
        return {
            node.name: [a.arg for a in node.args.args]
            for node in body
            if isinstance(node, ast.FunctionDef) and node.name in CONTRACT
        }

    assert arguments("keras_impl") == arguments("torch_impl")


@every_task
@every_half
def test_the_docstring_says_where_it_belongs(task: Task, package: str):
    text = ast.get_docstring(tree(f"{package}/{task.stem}.py")) or ""
    (twin,) = set(HALVES) - {package}
    assert re.search(rf"^Book: section {re.escape(task.section)}\.", text, re.M)
    found = re.search(r"Twin: (\S+)$", text, re.M)
    assert found and found[1] == f"{twin}/{task.stem}.py"
    assert (ROOT / found[1]).is_file()
    run = re.search(r"^Run: (.+)$", text, re.M)
    assert run and run[1] == f"python -m {package}.{task.stem}"


@every_task
@every_half
def test_the_docstring_says_what_to_expect(task: Task, package: str):
    text = ast.get_docstring(tree(f"{package}/{task.stem}.py")) or ""
    found = re.search(r"^Expect: (.+)$", text, re.M)
    assert found, "no line `Expect: the number and the time`"
    assert not re.search(r"EXPECTED|TODO|TBD|\.\.\.|…", found[1]), found[1]
    assert re.search(r"\d", found[1]), found[1]


@every_half
def test_halves_have_eighty_columns(package: str):
    wide = [
        f"{path}:{number}"
        for path in files(package)
        for number, line in enumerate(source(path).splitlines(), 1)
        if len(line) > 80
    ]
    assert wide == []


@every_task
@every_half
def test_halves_run_as_a_program(task: Task, package: str):
    body = tree(f"{package}/{task.stem}.py").body
    guard = ast.unparse(body[-1])
    assert guard == "if __name__ == '__main__':\n    main()"


# === The atlas ==============================================================


@every_task
@every_half
def test_comments_name_entries_of_the_atlas(task: Task, package: str):
    named = differences_in(comments(f"{package}/{task.stem}.py"))
    assert named - set(atlas.names()) == set()
    assert named - set(task.differences) == set()


@every_task
def test_the_row_names_what_the_atlas_and_the_pair_know(task: Task):
    assert len(set(task.differences)) == len(task.differences)
    assert set(task.differences) - set(atlas.names()) == set()
    said: set[str] = set()
    for package in HALVES:
        for path in files(package):  # a task's own, and what several use
            if path.stem == task.stem or not path.stem.startswith("chapter"):
                said |= differences_in(source(path))
    assert set(task.differences) - said == set()


@pytest.mark.parametrize("name", atlas.names())
def test_every_entry_of_the_atlas_is_whole(name: str):
    entry = atlas.difference(name)
    assert entry.title.endswith(".")
    for text in (entry.keras, entry.pytorch, entry.fix):
        assert len(text.split()) >= 4
    assert entry.gap > 0 and set(entry.closed) == {"float32", "float64"}
    assert all(0 <= bound < math.inf for bound in entry.closed.values())
    assert {"keras_default", "torch_default"} <= set(entry.code)
    fixes = set(atlas.FIXES) & set(entry.code)
    assert fixes and (len(fixes) == 2) != bool(entry.not_possible)


@pytest.mark.parametrize("name", atlas.names())
def test_code_of_an_entry_can_be_taken_as_it_stands(name: str):
    """It has whatever names it uses."""
    for way, code in atlas.difference(name).code.items():
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
        assert way in known
        assert loaded - known == set(), way


@pytest.mark.parametrize("name", atlas.names())
def test_no_function_of_an_entry_imports_the_other_framework(name: str):
    """Both in one process crash; and a fix has to be of its own kind."""
    module = tree(atlas.path_of(name))
    top = {alias for node in module.body for alias in imported_by(node)}
    assert top & {"keras", "tensorflow", "torch", "torchvision"} == set()
    for node in module.body:
        if not isinstance(node, ast.FunctionDef):
            continue
        found = {
            alias for part in ast.walk(node) for alias in imported_by(part)
        }
        other = {"torch", "torchvision"}
        if node.name.startswith("torch"):
            other = {"keras", "tensorflow"}
        if node.name.startswith(("keras", "torch")):
            assert found & other == set(), node.name


def imported_by(node: ast.AST) -> set[str]:
    """Return the packages that one statement imports."""
    if isinstance(node, ast.Import):
        return {alias.name.split(".")[0] for alias in node.names}
    if isinstance(node, ast.ImportFrom) and node.module:
        return {node.module.split(".")[0]}
    return set()


# === The harness ============================================================


@pytest.mark.parametrize("suffix", ("side", "recorder"))
def test_mirrored_twins_have_the_same_functions_in_order(suffix: str):
    def public(name: str) -> dict[str, list[str]]:
        found = {}
        for node in tree(f"comparisons/sides/{name}/{suffix}.py").body:
            if isinstance(node, ast.FunctionDef):
                found[node.name] = [a.arg for a in node.args.args]
            elif isinstance(node, ast.ClassDef):
                found[node.name] = []
        return {
            name: arguments
            for name, arguments in found.items()
            if not name.startswith("_") and name not in ONE_SIDED
        }

    keras, torch = public("keras"), public("torch")
    assert list(keras) == list(torch)
    assert keras == torch


def test_every_function_that_a_side_is_asked_for_exists_on_it():
    asked: set[str] = set()
    for path in files("comparisons"):
        for node in ast.walk(tree(path)):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in ("call", "submit")
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                asked.add(node.args[0].value)
    assert {"start", "describe", "learn", "measure_memory"} <= asked
    for side in ("keras", "torch"):
        path = f"comparisons/sides/{side}/side.py"
        known = {
            *functions(path),
            *methods("comparisons/sides/engine.py", "Engine"),
            *methods("comparisons/sides/timing.py", "Works"),
        }
        assert asked - known == set()


def test_no_file_of_the_harness_is_too_long_to_read():
    long = {
        str(path): lines
        for path in files("comparisons")
        if (lines := len(source(path).splitlines())) > 550
    }
    assert long == {}


def test_nothing_is_unpickled():
    pickles = {"pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
    for path in files("comparisons", "shared_data", *HALVES, "tests"):
        found = imports(path)
        assert roots(found) & pickles == set(), path
        assert found & {"torch.load", "numpy.load"} == set(), path
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.Call):
                continue
            called = ast.unparse(node.func)
            keywords = {k.arg: ast.unparse(k.value) for k in node.keywords}
            where = f"{path}:{node.lineno}"
            assert called != "torch.load", where
            assert keywords.get("allow_pickle") != "True", where
            if called in ("np.load", "numpy.load"):
                assert keywords.get("allow_pickle") == "False", where
