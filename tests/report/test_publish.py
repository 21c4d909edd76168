"""What CI publishes: HTML, summary, JUnit XML, index, changes and the gate."""

import base64
import io
import json
import math
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import jsonschema
import junitparser
import pytest
from PIL import Image
from test_cli import Done, Here
from test_results import make_result, make_rung, stored

from comparisons.checkout import ROOT
from comparisons.measure.intervals import beats_baseline
from comparisons.report import gate
from comparisons.report.app import COMMITTED
from comparisons.report.checks import checks, failures
from comparisons.report.compare import compare
from comparisons.report.index import SCHEMA, Index, index, schema, schema_text
from comparisons.report.junit import junit
from comparisons.report.losses import losses_svg
from comparisons.report.page import page
from comparisons.report.summary import LIMIT, summary
from comparisons.results import Arithmetic, Inventory, Result, read_results
from comparisons.tasks import TASKS

DIGITS = "chapter08_digits_convnet"
LSTM = "chapter10_weather_lstm"
NAMES = {"report.html", "summary.md", "junit.xml", "index.json"}


@pytest.fixture(scope="module")
def book() -> list[Result]:
    return read_results(COMMITTED)


@pytest.fixture
def result() -> Result:
    return make_result()


def broken() -> Result:
    """Return a result that fails everything that it can."""
    made = make_result()
    assert made.accuracy is not None and made.memory is not None
    made.parity.passed = False
    made.parity.rungs[1] = make_rung(
        "forward",
        max_difference=math.inf,
        passed=False,
        detail="Keras: <b>ValueError</b> & more\x00",
    )
    made.accuracy.verdict = "different"
    made.accuracy.beats_baseline = False
    part = Inventory(
        weights_mib=1, frozen_mib=0, gradients_mib=1, slots_mib=1, batch_mib=1
    )
    made.memory.arithmetic = Arithmetic(
        keras=part, torch=part, equal=False, explained=[], detail="slots: 1, 2"
    )
    return made


# === Checks =================================================================


def test_no_two_checks_of_a_task_have_one_title(book) -> None:
    for result in book:
        titles = [check.title for check in checks(result)]
        assert len(set(titles)) == len(titles)
        assert {"verdict", "baseline"} <= set(titles)


def test_what_is_committed_holds_every_check(book) -> None:
    assert [check for r in book for check in checks(r) if check.told] == []
    assert all(c.state == "held" for r in book for c in checks(r))


def test_every_failure_says_received_and_expected() -> None:
    found = {check.title: check.told for check in failures(broken())}
    assert set(found) == {
        "forward float64 native",
        "verdict",
        "baseline",
        "arithmetic",
    }
    assert (
        "received inf at conv2/kernel; expected 1e-09"
        in (found["forward float64 native"])
    )
    assert "expected clearly more than the 0.113" in found["baseline"]
    assert found["arithmetic"] == "slots: 1, 2"


def test_a_proof_that_failed_without_a_rung_is_no_success(result) -> None:
    result.parity.passed = False
    assert [check.title for check in failures(result)] == ["proof"]


# === JUnit ==================================================================


def test_junit_has_a_suite_per_task_and_a_case_per_check(book) -> None:
    parsed = junitparser.JUnitXml.fromstring(junit(book).encode())
    suites = list(parsed)
    assert [suite.name for suite in suites] == [r.task for r in book]
    for suite, result in zip(suites, book, strict=True):
        assert [case.name for case in suite] == [
            check.title for check in checks(result)
        ]
        assert {case.classname for case in suite} == {result.task}
        written = suite.tests, suite.failures, suite.errors, suite.skipped
        suite.update_statistics()
        assert written == (len(list(suite)), 0, 0, 0)
        assert written == (
            *(suite.tests, suite.failures, suite.errors, suite.skipped),
        )
    assert parsed.tests == sum(len(checks(result)) for result in book)


def test_junit_carries_the_figures(result) -> None:
    (suite,) = junitparser.JUnitXml.fromstring(junit([result]).encode())
    of_suite = {p.name: p.value for p in suite.properties()}
    assert of_suite["PyTorch / Keras, an epoch, feeding included"] == (
        "0.94 [0.91, 0.97]"
    )
    assert of_suite["keras"] == "3.15.1"
    assert of_suite["memory, Keras"] == "20.5 MiB live"
    cases = {case.name: case for case in suite}
    rung = cases["forward float64 native"]
    of_rung = {
        p.get("name"): p.get("value") for p in rung._elem.iter("property")
    }
    assert of_rung["max_difference"] == "2.5e-16"
    assert of_rung["tolerance"] == "1e-10"


def test_junit_tells_failures_and_skips_what_is_undecided(result) -> None:
    result.task, result.accuracy.verdict = LSTM, "undecided"
    text = junit([broken(), result])
    root = ElementTree.fromstring(text)
    counts = {name: root.get(name) for name in ("failures", "skipped")}
    assert counts == {"failures": "4", "skipped": "1"}
    told = [failure.get("message") or "" for failure in root.iter("failure")]
    assert any("<b>ValueError</b> & more\ufffd" in message for message in told)
    (skipped,) = root.iter("skipped")
    assert "undecided (needs 5 seeds)" in (skipped.get("message") or "")


# === The index ==============================================================


def test_the_schema_that_is_published_is_current() -> None:
    assert SCHEMA.read_text() == schema_text()
    jsonschema.Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("make", (make_result, broken))
def test_an_index_fits_its_schema_and_is_strict_json(make, tmp_path) -> None:
    made = make()
    made.accuracy.keras[0] = math.nan

    def refuse(name: str) -> None:
        pytest.fail(f"{name} is no JSON")

    text = index([made], tmp_path).model_dump_json()
    found = json.loads(text, parse_constant=refuse)
    jsonschema.validate(found, schema())
    assert Index.model_validate_json(text) == index([made], tmp_path)
    assert found["tasks"][0]["accuracy"]["keras"] == "NaN"


def test_the_index_of_the_book_fits_its_schema(book) -> None:
    found = json.loads(index(book, COMMITTED).model_dump_json())
    jsonschema.validate(found, schema())
    assert found["holds"] and found["pairs"] == found["proven"] == len(TASKS)
    assert found["verdicts"]["equivalent"] == len(TASKS)
    for entry in found["tasks"]:
        assert all(
            (COMMITTED / name).exists() for name in entry["files"].values()
        )
        assert {"result", "report"} <= entry["files"].keys()


@pytest.mark.parametrize(
    "where", ("schema_version", "tasks", "holds", "verdicts")
)
def test_the_schema_refuses_an_index_without(result, tmp_path, where) -> None:
    found = json.loads(index([result], tmp_path).model_dump_json())
    found.pop(where)
    with pytest.raises(jsonschema.ValidationError, match=where):
        jsonschema.validate(found, schema())


def test_what_was_not_measured_is_null_and_never_zero(result, tmp_path) -> None:
    result.throughput.train.ratio = result.throughput.train.keras = None
    result.throughput.train.note = "not measurable here"
    (entry,) = index([result], tmp_path).tasks
    assert entry.speed[0].ratio is None
    assert entry.speed[0].samples_per_s == {"keras": None, "torch": 6050.0}
    assert entry.memory is not None and entry.memory.where == "host"
    assert entry.memory.allocator_peak_mib == {"keras": 20.5, "torch": 18.25}


# === The summary ============================================================


def test_the_summary_of_the_book_fits_and_has_every_report(book) -> None:
    text = summary(book)
    assert len(text.encode()) < LIMIT / 2
    assert text.count("<details>") == text.count("</details>") == len(book)
    assert f"{len(book)} of {len(book)} pairs hold" in text
    assert f"{len(book)} proven, {len(book)} equivalent" in text
    assert "](" not in text  # neither pictures nor links that lead nowhere
    for result in book:
        assert result.task in text


@pytest.mark.parametrize("limit", (1_000, 20_000, 60_000))
def test_a_summary_keeps_to_its_limit(book, limit: int) -> None:
    text = summary(book, "# Changes\n\n" + 10 * "a line of it\n", limit)
    assert limit / 2 < len(text.encode()) <= limit
    assert text.count("<details>") == text.count("</details>")
    assert "reports are left out" in text


def test_a_summary_begins_with_what_does_not_hold(result) -> None:
    result.accuracy.verdict = "undecided"
    text = summary([broken(), result])
    assert text.startswith("# Keras and PyTorch: 1 of 2 pairs hold\n")
    assert text.index("does not hold") < text.index("more seeds would decide")
    assert text.index("more seeds would decide") < text.index("## The pairs")
    assert "&lt;b>ValueError&lt;/b> &amp; more" in text


# === The page ===============================================================


class Reader(HTMLParser):
    """Reads a page as a browser does, and notes what it is made of."""

    VOID = {"meta", "img", "br", "hr", "link", "input"}

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: Any) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def values(self, name: str) -> list[str]:
        return [a[name] or "" for _, a in self.tags if name in a]


@pytest.fixture(scope="module")
def whole(book) -> str:
    exhibits = {
        path.name.removesuffix("_exhibit.png"): path.read_bytes()
        for path in COMMITTED.glob("*_exhibit.png")
    }
    return page(book, exhibits)


def test_the_page_is_whole_and_needs_nothing_beside_it(whole: str) -> None:
    read = Reader(whole)
    assert read.open == []
    tags = {tag for tag, _ in read.tags}
    assert not tags & {"script", "link", "iframe", "object", "embed"}
    held = "data:image/webp;base64,", "data:image/svg+xml;base64,"
    assert all(src.startswith(held) for src in read.values("src"))
    assert all(href.startswith("#") for href in read.values("href"))
    assert not re.search(r"url\(|@import|\son\w+=", whole.split("</style>")[0])
    assert "prefers-color-scheme: dark" in whole


def test_every_link_of_the_page_leads_somewhere(whole: str, book) -> None:
    read = Reader(whole)
    ids = read.values("id")
    assert len(set(ids)) == len(ids) == len(book)
    assert {href[1:] for href in read.values("href")} == set(ids)


def test_the_pictures_of_the_page_are_small_and_whole(whole: str, book) -> None:
    read = Reader(whole)
    everything = [a for tag, a in read.tags if tag == "img"]
    losses = [a for a in everything if a.get("class") == "losses"]
    pictures = [a for a in everything if a not in losses]
    shown = [r for r in book if r.exhibit and r.exhibit.picture]
    assert len(pictures) == len(shown) > 10
    for attributes in pictures:
        data = base64.b64decode((attributes["src"] or "").split(",")[1])
        assert len(data) < 200_000
        with Image.open(io.BytesIO(data)) as picture:
            picture.load()
            assert picture.width <= 900
            assert str(picture.width) == attributes["width"]
        assert attributes["alt"]
    trained = [
        r for r in book if r.accuracy and any(r.accuracy.losses["keras"])
    ]
    assert len(losses) == len(trained) > 10
    assert all(attributes["alt"] for attributes in losses)
    assert len(whole) < 2_000_000


def test_the_page_says_what_the_markdown_says(result) -> None:
    text = page([result], {})
    for figure in ("0.962 ± 0.004", "6,410", "0.94 [0.91, 0.97]", "20.5"):
        assert f">{figure}<" in text
    assert "rmsprop_epsilon" in text and "Some CPU" in text


def test_a_pair_that_does_not_hold_stands_open_and_marked(result) -> None:
    good, bad = page([result], {}), page([broken()], {})
    assert '<tr class="failed">' not in good and " open>" not in good
    assert '<tr class="failed">' in bad
    assert '<details class="failed" open>' in bad
    assert "<b>ValueError" not in bad and "&lt;b&gt;ValueError" in bad
    assert "0 of 1 pairs hold" in bad


def test_losses_are_drawn_from_every_seed(result) -> None:
    element = losses_svg(result.accuracy)
    assert element == losses_svg(result.accuracy)  # the same bytes each time
    _, _, held = element.partition("base64,")
    root = ElementTree.fromstring(base64.b64decode(held.partition('"')[0]))
    svg = "{http://www.w3.org/2000/svg}"
    groups = {group.get("id"): group for group in root.iter(f"{svg}g")}
    for side in ("keras", "torch"):
        line = groups[f"{side}-mean"].find(f"{svg}path")
        assert line is not None
        # One point an epoch: the first is moved to, lines lead to the others.
        path = line.get("d") or ""
        assert (path.count("M"), path.count("L")) == (1, 2)
        assert f"{side}-range" in groups
    texts = [text.text for text in root.iter(f"{svg}text")]
    named = {"epoch", "training loss", "Keras", "PyTorch"}
    assert named | {"1", "2", "3"} <= set(texts)


def test_losses_that_are_no_numbers_are_not_drawn(result) -> None:
    result.accuracy.losses["torch"][0][1] = math.nan
    assert losses_svg(result.accuracy) == ""
    result.accuracy.losses = {"keras": [[], []], "torch": [[], []]}
    assert losses_svg(result.accuracy) == ""


# === What changed ===========================================================


def test_nothing_changed_between_a_folder_and_itself(book) -> None:
    found = compare(book, book)
    assert found.changes == found.reds == found.notes == []
    assert found.grids == []
    assert "Nothing changed." in gate.markdown(found, "OLD", "NEW")
    held = f"gate: green, {len(book)} tasks hold what they held"
    assert gate.verdict(found) == held


def changed(alter: Callable[[Result], None]) -> tuple[Result, Result]:
    old, new = make_result(), make_result()
    alter(new)
    return old, new


def rung_fails(new: Result) -> None:
    new.parity.passed = new.parity.rungs[4].passed = False
    new.parity.rungs[4].max_difference = 3e-4


def rung_is_gone(new: Result) -> None:
    new.parity.rungs.pop()


def is_different(new: Result) -> None:
    new.accuracy.verdict = "different"


def is_undecided(new: Result) -> None:
    new.accuracy.verdict = "undecided"


def has_no_verdict(new: Result) -> None:
    new.accuracy = None


def is_below_baseline(new: Result) -> None:
    """Score as the trivial method does, judged as a run is."""
    accuracy = new.accuracy
    accuracy.keras = accuracy.torch = [0.11, 0.12, 0.13]
    accuracy.mean_gap, accuracy.ci90 = 0.0, (0.0, 0.0)
    accuracy.beats_baseline = beats_baseline(
        accuracy.keras + accuracy.torch,
        accuracy.baseline,
        accuracy.margin,
        accuracy.higher_is_better,
    )
    assert not accuracy.beats_baseline


def is_slower(new: Result) -> None:
    for part in (new.throughput.train, new.throughput.predict):
        for speed in (part.keras, part.torch):
            speed.median /= 10
        part.ratio.median /= 3


def takes_more_memory(new: Result) -> None:
    new.memory.torch.host_allocator_peak_mib *= 2


def is_newer(new: Result) -> None:
    new.environment.torch = "2.15.0"


RED = {
    rung_fails: "trajectory float64 aligned",
    rung_is_gone: "forward float32 native",
    is_different: "verdict",
    is_undecided: "verdict",
    has_no_verdict: "verdict",
    is_below_baseline: "baseline",
}
GREEN = {
    is_slower: "6,410 → 641 (-90.0 %)",
    takes_more_memory: "18.2 → 36.5 (+100.0 %)",
    is_newer: "2.14.1+cpu",
}


@pytest.mark.parametrize("alter", RED, ids=lambda f: f.__name__)
def test_what_held_and_does_not_is_red(alter) -> None:
    found = compare(*([one] for one in changed(alter)))
    assert RED[alter] in {change.what for change in found.reds}
    assert all(change.red for change in found.reds)


@pytest.mark.parametrize("alter", GREEN, ids=lambda f: f.__name__)
def test_figures_are_shown_and_never_red(alter) -> None:
    found = compare(*([one] for one in changed(alter)))
    assert found.reds == []
    assert GREEN[alter] in gate.markdown(found, "OLD", "NEW")


@pytest.mark.parametrize("alter", [rung_fails, is_different])
def test_what_failed_before_may_go_on_failing(alter) -> None:
    _, new = changed(alter)
    found = compare([new], [new])
    assert found.reds == []
    assert "still" in gate.markdown(found, "OLD", "NEW")
    mended = compare([new], [make_result()])
    assert mended.reds == [] and mended.changes


def test_below_the_baseline_is_red_whatever_was_before() -> None:
    _, new = changed(is_below_baseline)
    for old in ([new], [make_result()], []):
        found = compare(old, [new])
        assert [change.what for change in found.reds] == ["baseline"]


def test_a_check_that_is_new_has_to_hold() -> None:
    old, new = changed(rung_fails)
    old.parity.rungs.pop(4)
    assert compare([old], [new]).reds
    alone = compare([], [new])
    assert [c.what for c in alone.reds] == ["trajectory float64 aligned"]
    assert alone.changes[0].old == "not there"


def renamed(task: str) -> Result:
    return make_result().model_copy(update={"task": task})


def test_a_task_that_is_missing_is_named_and_red_if_it_was_asked_for() -> None:
    old, new = [renamed(DIGITS), renamed(LSTM)], [renamed(DIGITS)]
    found = compare(old, new)
    assert [change.task for change in found.reds] == [LSTM]
    assert LSTM in gate.markdown(found, "OLD", "NEW")
    assert [c.task for c in compare(old, new, {DIGITS, LSTM}).reds] == [LSTM]
    chapter = compare(old, new, {DIGITS})
    assert chapter.reds == []
    assert chapter.notes == ["Not asked of NEW: 1 tasks of OLD."]
    # What OLD does not have either cannot have held.
    assert compare(new, new, {DIGITS, LSTM}).reds == []


def test_a_difference_that_grew_tenfold_is_shown_though_it_holds() -> None:
    old, new = changed(lambda r: None)
    new.parity.rungs[4].max_difference = 5e-10
    found = compare([old], [new])
    assert found.reds == []
    text = gate.markdown(found, "OLD", "NEW")
    assert "trajectory float64 aligned | 6.0e-15 | 5.0e-10 | 1e-09" in text


def test_other_settings_and_looser_bounds_are_told() -> None:
    old, new = changed(lambda r: None)
    new.parity.steps, new.parity.rungs[1].tolerance = 10, 1e-5
    new.accuracy.seeds = [0]
    text = gate.markdown(compare([old], [new]), "OLD", "NEW")
    assert "| steps of the proof | 50 | 10 |" in text
    assert "| seeds | 3 | 1 |" in text
    assert "| at most 1e-10 | at most 1e-05 |" in text


# === The command line =======================================================


@pytest.fixture
def here(monkeypatch, capsys) -> Iterator[Here]:
    before = signal.getsignal(signal.SIGTERM)
    yield Here(monkeypatch, capsys)
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def folders(tmp_path) -> Callable[[Callable[[Result], None]], list[str]]:
    """Lay out a result and another in two folders."""

    def lay(alter: Callable[[Result], None]) -> list[str]:
        names = []
        for name, made in zip(("old", "new"), changed(alter), strict=True):
            (tmp_path / name).mkdir()
            stored(made, tmp_path / name)
            names.append(str(tmp_path / name))
        return names

    return lay


def compared(here: Here, folders: list[str], *more: str) -> Done:
    return here("report", "--compare", *folders, *more)


@pytest.mark.parametrize("alter", RED, ids=lambda f: f.__name__)
def test_the_gate_exits_with_1_on_red(here, folders, alter) -> None:
    done = compared(here, folders(alter), "--gate")
    assert (done.status, done.err) == (1, "")
    assert "gate: red" in done.out and f"{DIGITS}: {RED[alter]}" in done.out


@pytest.mark.parametrize("alter", GREEN, ids=lambda f: f.__name__)
def test_the_gate_exits_with_0_on_green(here, folders, alter) -> None:
    done = compared(here, folders(alter), "--gate")
    assert (done.status, done.err) == (0, "")
    assert "gate: green, 1 task holds what it held" in done.out


def test_without_the_gate_nothing_is_judged(here, folders, tmp_path) -> None:
    done = compared(here, folders(rung_fails))
    assert (done.status, done.err) == (0, "")
    assert "gate:" not in done.out
    assert "trajectory float64 aligned" in done.out
    assert {path.name for path in tmp_path.iterdir()} == {"old", "new"}


def test_a_comparison_is_in_every_form_of_the_report(
    here, folders, tmp_path
) -> None:
    out = tmp_path / "out"
    done = compared(here, folders(is_slower), "--out", str(out), "--gate")
    assert (done.status, done.err) == (0, "")
    names = {path.name for path in out.iterdir()}
    assert NAMES | {"changes.md", "report.md", f"{DIGITS}.json"} <= names
    for name in ("changes.md", "summary.md", "report.html"):
        assert "6,410 → 641 (-90.0 %)" in (out / name).read_text()


def test_a_report_has_every_form_and_the_same_bytes_each_time(
    here, result, tmp_path
) -> None:
    results, out = tmp_path / "results", tmp_path / "out"
    results.mkdir()
    stored(result, results)
    told = []
    for _ in range(2):
        done = here("report", "--results", str(results), "--out", str(out))
        assert (done.status, done.err) == (0, "")
        told.append({name: (out / name).read_bytes() for name in NAMES})
    assert told[0] == told[1]
    assert "changes.md" not in {path.name for path in out.iterdir()}


def test_the_schema_is_printed(here) -> None:
    done = here("report", "--schema")
    assert (done.status, done.err) == (0, "")
    assert json.loads(done.out) == schema()


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--gate"], "received --gate without --compare; expected two folders"),
        (["--expect", "all"], "received --expect without --compare"),
        (["--compare", "a"], "Option '--compare' requires 2 arguments"),
        (["--compare", "a", "b"], "received a, which holds no chapter"),
        (
            ["--compare", "a", "b", "--results", "c"],
            "received --results with --compare; expected one of them",
        ),
        (
            ["--compare", "a", "b", "--readme"],
            "received --readme with --compare; expected one of them",
        ),
        (
            [
                "--compare",
                str(COMMITTED),
                str(COMMITTED),
                "--expect",
                "chaptr8",
            ],
            "received 'chaptr8', which is no task; did you mean chapter8",
        ),
    ],
)
def test_a_wrong_report_is_told_in_one_line(
    here, monkeypatch, tmp_path, more, told
) -> None:
    monkeypatch.chdir(tmp_path)
    done = here("report", *more)
    assert told in done.complaint()
    assert done.out == "" and list(tmp_path.iterdir()) == []


def test_none_of_it_needs_a_framework() -> None:
    said = (
        "import sys; import comparisons.report.publish; "
        "import comparisons.pages.notebooks; "
        "print({'keras', 'tensorflow', 'torch', 'jupytext'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", said], cwd=ROOT, capture_output=True, text=True
    )
    assert done.stdout.strip() == "set()", done.stderr
