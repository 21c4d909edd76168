"""The reading pages: made from what is there, whole, small and without a net.

What only a browser can tell is in test_site_browser.py.
"""

import ast
import json
import re
from pathlib import Path

import pytest
from site_reader import Page, broken_links

from comparisons import differences as atlas
from comparisons.checkout import ROOT
from comparisons.pages import build, columns, halves
from comparisons.pages.columns import Row
from comparisons.tasks import TASKS

DIGITS = "chapter08_digits_convnet"
HALVES = {"keras": "keras_impl", "torch": "torch_impl"}


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Page]:
    return {path.resolve(): Page(path) for path in site.rglob("*.html")}


def page_of(pages: dict[Path, Page], site: Path, path: str) -> Page:
    return pages[(site / path).resolve()]


# === Pairs ==================================================================


def test_a_page_has_every_character_of_both_halves(
    pages: dict[Path, Page], site: Path
):
    wrong = []
    for task in TASKS:
        page = page_of(pages, site, f"pairs/{task.stem}.html")
        for side, package in HALVES.items():
            source = (ROOT / package / f"{task.stem}.py").read_text()
            if page.half(side) != source:
                wrong.append(f"{task.stem}: {side}")
        hidden = {line.text.strip() for line in page.lines if not line.shown}
        if not {text[:5] for text in hidden} <= {"", "# ==="}:
            wrong.append(f"{task.stem}: hides {hidden}")
    assert wrong == []


def test_functions_outside_the_model_share_a_row(
    pages: dict[Path, Page], site: Path
):
    apart = []
    for task in TASKS:
        page = page_of(pages, site, f"pairs/{task.stem}.html")
        # In the model, layers go before functions: see columns.py.
        shared = set.intersection(
            *(functions(f"{p}/{task.stem}.py") for p in HALVES.values())
        )
        assert {"to_inputs", "predict", "evaluate", "main"} <= shared
        apart += [
            f"{task.stem}: {name}"
            for name in shared
            if page.row_of("keras", f"def {name}(")
            != page.row_of("torch", f"def {name}(")
        ]
    assert apart == []


def functions(path: str) -> set[str]:
    """Return the functions of a half that stand outside its model."""
    text = (ROOT / path).read_text()
    parts = re.split(r"^# === (\w+) =+$", text, flags=re.M)
    named = dict(zip(parts[1::2], parts[2::2], strict=True))
    return {
        node.name
        for section, body in named.items()
        if section != "Model"
        for node in ast.parse(body).body
        if isinstance(node, ast.FunctionDef)
    }


def test_a_comment_links_to_the_atlas_and_back(
    pages: dict[Path, Page], site: Path
):
    for task in TASKS:
        page = page_of(pages, site, f"pairs/{task.stem}.html")
        linked = {
            found[1]
            for link in page.links
            if (found := re.fullmatch(r"\.\./atlas/(\w+)\.html", link))
        }
        comments = {
            name
            for package in HALVES.values()
            for name in re.findall(
                r"`([a-z0-9_]+)`",
                (ROOT / package / f"{task.stem}.py").read_text(),
            )
        }
        assert linked == comments & set(atlas.names())
        for name in linked & set(task.differences):
            back = f"../pairs/{task.stem}.html#at-{name}"
            assert back in page_of(pages, site, f"atlas/{name}.html").links


def test_a_page_says_what_the_committed_results_say(
    pages: dict[Path, Page], site: Path
):
    results = ROOT / "comparisons" / "results"
    result = json.loads((results / f"{DIGITS}.json").read_text())
    accuracy = result["accuracy"]["quick"]
    page = page_of(pages, site, f"pairs/{DIGITS}.html")
    for value in [*accuracy["keras"], *accuracy["torch"]]:
        assert f"{value:.4f}" in page.text
    for one in result["speed"]:
        assert one["made_with"]["commit"] in page.text
        low, high = one["train"]["ratio"]["ci95"]
        median = one["train"]["ratio"]["median"]
        if max(high / median, median / low) <= 1.25:
            told = f"{median:.2f} [{low:.2f}, {high:.2f}]"
            assert told in page.text
            assert told in page_of(pages, site, "index.html").text
    assert f"../pictures/{DIGITS}.webp" in page.loads
    assert f"../pictures/{DIGITS}_exhibit.webp" in page.loads


# === The whole site =========================================================


def test_every_task_every_difference_and_every_document_has_a_page(site: Path):
    found = {str(p.relative_to(site)) for p in site.rglob("*.html")}
    documents = {f"docs/{p.stem}.html" for p in (ROOT / "docs").glob("*.md")}
    assert found == {
        *("index.html", "atlas.html", "glossary.html", "ko.html"),
        *(f"pairs/{task.stem}.html" for task in TASKS),
        *(f"atlas/{name}.html" for name in atlas.names()),
        *documents,
    }


def test_links_lead_somewhere(pages: dict[Path, Page]):
    assert sum(len(page.links) for page in pages.values()) > 1000
    assert broken_links(pages) == []
    twice = {
        f"{path.name}#{anchor}"
        for path, page in pages.items()
        for anchor in page.ids
        if page.ids.count(anchor) > 1
    }
    assert twice == set()


def test_nothing_is_loaded_from_a_net(pages: dict[Path, Page], site: Path):
    loads = {load for page in pages.values() for load in page.loads}
    assert loads
    assert {load for load in loads if re.match(r"[a-z]+:|//", load)} == set()
    for asset in (site / "assets").iterdir():
        text = asset.read_text("utf-8").replace("http://www.w3.org", "")
        if asset.suffix in (".css", ".svg"):
            assert "http" not in re.sub(r"\[href\^=.*?\]", "", text), asset
            assert "@import" not in text and "url(" not in text, asset
        elif asset.name != "search-index.js":
            assert not re.search(r"https?:|fetch\(|XMLHttp", text), asset


def test_a_second_build_takes_away_what_is_no_longer_made(tmp_path: Path):
    build.write({"index.html": b"1", "pairs/old.html": b"2"}, tmp_path)
    (tmp_path / "mine.txt").write_text("kept")
    build.write({"index.html": b"3"}, tmp_path)
    left = {p.name for p in tmp_path.rglob("*") if p.is_file()}
    assert left == {"index.html", "files.txt", "mine.txt"}


# === Rows ===================================================================


def rows_of(keras: str, torch: str) -> list[Row]:
    return columns.aligned(halves.lines_of(keras), halves.lines_of(torch))


def told(rows: list[Row]) -> list[tuple[str, str]]:
    return [
        (a.text.strip() if a else "", b.text.strip() if b else "")
        for a, b in rows
    ]


def test_a_layer_meets_its_twin_whatever_its_class_is_called():
    keras = (
        "def build(size):\n"
        "    x = Dense(size, name='first')(x)\n"
        "    x = Dropout(0.5)(x)\n"
        "    return Dense(1, name='last')(x)\n"
    )
    torch = (
        "class Net(Module):\n"
        "    def __init__(self, size):\n"
        "        super().__init__()\n"
        "        self.first = Linear(3, size)\n"
        "        self.last = Linear(size, 1)\n"
    )
    found = told(rows_of(keras, torch))
    pairs = {a[:30]: b for a, b in found if a}
    assert (
        pairs["x = Dense(size, name='first')("]
        == "self.first = Linear(3, size)"
    )
    assert (
        pairs["return Dense(1, name='last')(x"] == "self.last = Linear(size, 1)"
    )


def test_a_function_of_one_side_stands_alone():
    keras = "def one():\n    return 1\n\n\ndef two():\n    return 2\n"
    torch = keras.replace("def two", "def step():\n    return 3\n\n\ndef two")
    rows = rows_of(keras, torch)
    units = columns.units(rows)
    assert [unit.name for unit in units] == ["one", "step", "two"]
    assert [a for a, _ in told(units[1].rows) if a] == []


def test_a_comment_is_no_code_even_with_a_quote_in_it():
    (line, plain) = halves.lines_of("x = '#'  # Keras' own\n# it's one\n")
    assert line.code == "x = '#'" and not line.is_comment
    assert plain.is_comment
