"""What CI publishes: HTML, summary, JUnit XML, index, changes and the gate."""

import json
import math
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any

import jsonschema
import junitparser
import pytest
from test_cli import Done, Here
from test_results import make_result, make_rung, stored

from comparisons.checkout import COMMITTED, ROOT
from comparisons.records import Arithmetic, Inventory
from comparisons.report import gate
from comparisons.report.checks import checks, failures
from comparisons.report.compare import compare
from comparisons.report.index import Index, index, schema
from comparisons.report.junit import junit
from comparisons.report.page import page
from comparisons.report.summary import LIMIT, summary
from comparisons.results import Result, read_results
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


def is_different(new: Result) -> None:
    """Score so that the figures give what the verdict says."""
    new.shown.keras, new.shown.torch = [0.95, 0.95, 0.951], [0.8, 0.8, 0.801]
    new.shown.verdict = "different"


def broken() -> Result:
    """Return a result that fails everything that it can."""
    made = make_result()
    made.proof.passed = False
    made.proof.rungs[1] = make_rung(
        "forward",
        max_difference=math.inf,
        passed=False,
        detail="Keras: <b>ValueError</b> & more\x00",
    )
    is_below_baseline(made)
    made.shown.torch = [0.01, 0.012, 0.011]
    made.shown.verdict = "different"
    part = Inventory(
        weights_mib=1, frozen_mib=0, gradients_mib=1, slots_mib=1, batch_mib=1
    )
    made.memory[0].arithmetic = Arithmetic(
        keras=part, torch=part, equal=False, explained=[], detail="slots: 1, 2"
    )
    return made


# === Checks =================================================================


def test_what_is_committed_holds_every_check(book) -> None:
    for result in book:
        found = checks(result)
        titles = [check.title for check in found]
        assert len(set(titles)) == len(titles)
        assert {"verdict", "baseline"} <= set(titles)
        assert [check for check in found if check.state != "held"] == []


def test_every_failure_says_received_and_expected() -> None:
    found = {check.title: check.told for check in failures(broken())}
    rung = "forward float64 native"
    assert set(found) == {rung, "verdict", "baseline", "arithmetic"}
    assert "received inf at conv2/kernel; expected 1e-09" in found[rung]
    assert "expected clearly more than the 0.113" in found["baseline"]
    assert found["arithmetic"] == "slots: 1, 2"


def test_conclusions_are_computed_from_the_figures_again(result) -> None:
    result.proof.rungs[1].max_difference = 2e-10  # above its tolerance
    result.shown.torch = [0.8, 0.801, 0.802]
    told = {check.title: check.told for check in failures(result)}
    assert "received 2.0e-10" in told["forward float64 native"]
    assert told["verdict"] == (
        "received the verdict equivalent; expected different, which the "
        "scores give"
    )


@pytest.mark.parametrize("proof", (True, False))
def test_without_a_proof_that_passed_nothing_holds(result, proof) -> None:
    if proof:
        result.proof.passed = False
    else:
        result.proof = None
    assert [check.title for check in failures(result)][-1] == "proof"


# === JUnit, index, summary ==================================================


def test_junit_has_a_suite_per_task_and_a_case_per_check(book) -> None:
    parsed = junitparser.JUnitXml.fromstring(junit(book).encode())
    for suite, result in zip(parsed, book, strict=True):
        assert suite.name == result.task
        assert [case.name for case in suite] == [
            check.title for check in checks(result)
        ]
        counts = suite.tests, suite.failures, suite.skipped
        assert counts == (len(list(suite)), 0, 0)
    assert parsed.tests == sum(len(checks(result)) for result in book)


def test_junit_tells_figures_failures_and_what_is_undecided(result) -> None:
    result.task = LSTM
    is_undecided(result)
    text = junit([broken(), result])
    bad, good = junitparser.JUnitXml.fromstring(text.encode())
    assert (bad.failures, good.failures, good.skipped) == (4, 0, 1)
    told = [r.message for case in bad for r in case.result]
    assert any("<b>ValueError</b> & more\ufffd" in message for message in told)
    (skipped,) = [r for case in good for r in case.result]
    assert "undecided (needs" in skipped.message
    of_suite = {p.name: p.value for p in good.properties()}
    assert of_suite["keras"] == "3.15.1"
    where = "Some · AVX-512 · 2 cores · threads spin"
    assert of_suite[f"memory, Keras, {where}"] == "20.5 MiB live"
    ratio = "PyTorch / Keras, an epoch, feeding included, " + where
    assert of_suite[f"{ratio} · Keras on TensorFlow"] == "0.94 [0.91, 0.97]"
    assert 'name="max_difference" value="2.5e-16"' in text


@pytest.mark.parametrize("make", (make_result, broken))
def test_an_index_fits_its_schema_and_is_strict_json(make, tmp_path) -> None:
    made = make()
    made.shown.losses["keras"][0][0] = math.nan

    def refuse(name: str) -> None:
        pytest.fail(f"{name} is no JSON")

    text = index([made], tmp_path).model_dump_json()
    found = json.loads(text, parse_constant=refuse)
    jsonschema.Draft202012Validator.check_schema(schema())
    jsonschema.validate(found, schema())
    back = Index.model_validate_json(text)
    assert back.tasks[0].result.task == made.task
    found.pop("holds")
    with pytest.raises(jsonschema.ValidationError, match="holds"):
        jsonschema.validate(found, schema())


def test_the_index_of_the_book_has_all_results_and_files(book) -> None:
    found = index(book, COMMITTED)
    assert found.holds and found.pairs == found.proven == len(TASKS)
    assert found.verdicts["equivalent"] == len(TASKS)
    assert [entry.result for entry in found.tasks] == book
    for entry in found.tasks:
        assert {"result", "report"} <= entry.files.keys()
        assert all((COMMITTED / name).exists() for name in entry.files.values())


@pytest.mark.parametrize("limit", (20_000, 60_000, LIMIT))
def test_a_summary_keeps_to_its_limit(book, limit: int) -> None:
    text = summary(book, "# Changes\n\n" + 10 * "a line of it\n", limit)
    assert len(text.encode()) <= limit
    assert text.count("<details>") == text.count("</details>")
    assert "](" not in text  # neither pictures nor links that lead nowhere
    assert ("reports are left out" in text) == (limit < LIMIT)
    assert f"{len(book)} of {len(book)} pairs hold" in text


def test_a_summary_begins_with_what_does_not_hold(result) -> None:
    is_undecided(result)
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


def test_the_page_is_whole_and_needs_nothing_beside_it(book) -> None:
    exhibits = {
        path.name.removesuffix("_exhibit.webp"): path.read_bytes()
        for path in COMMITTED.glob("*_exhibit.webp")
    }
    whole = page(book, exhibits)
    read = Reader(whole)
    assert read.open == []
    tags = {tag for tag, _ in read.tags}
    assert not tags & {"script", "link", "iframe", "object", "embed"}
    held = "data:image/webp;base64,", "data:image/svg+xml;base64,"
    assert all(src.startswith(held) for src in read.values("src"))
    assert len(read.values("src")) > len(exhibits) > 10
    assert not re.search(r"url\(|@import|\son\w+=", whole.split("</style>")[0])
    ids = read.values("id")
    assert len(set(ids)) == len(ids) == len(book)
    assert {href for href in read.values("href")} == {f"#{i}" for i in ids}
    assert len(whole) < 3_000_000


def test_a_pair_that_does_not_hold_stands_open_and_marked(result) -> None:
    good, bad = page([result], {}), page([broken()], {})
    assert ">0.962 ± 0.004<" in good and ">0.94 [0.91, 0.97]<" in good
    assert '<tr class="failed">' not in good and " open>" not in good
    assert '<tr class="failed">' in bad
    assert '<details class="failed" open>' in bad
    assert "<b>ValueError" not in bad and "&lt;b&gt;ValueError" in bad
    assert "0 of 1 pairs hold" in bad


# === What changed ===========================================================


def test_nothing_changed_between_a_folder_and_itself(book) -> None:
    found = compare(book, book)
    assert found.judged == found.shown == found.reds == found.notes == []
    assert "Nothing changed." in gate.markdown(found, "OLD", "NEW")
    held = f"gate: green, {len(book)} tasks hold what they held"
    assert gate.verdict(found) == held


def changed(alter: Callable[[Result], None]) -> tuple[Result, Result]:
    old, new = make_result(), make_result()
    alter(new)
    return old, new


def rung_fails(new: Result) -> None:
    new.proof.passed = new.proof.rungs[4].passed = False
    new.proof.rungs[4].max_difference = 3e-4


def rung_is_gone(new: Result) -> None:
    new.proof.rungs.pop()


def is_undecided(new: Result) -> None:
    new.shown.torch = [0.93, 0.96, 0.97]
    new.shown.verdict = "undecided"


def has_no_verdict(new: Result) -> None:
    new.accuracy = {}


def is_below_baseline(new: Result) -> None:
    """Score as the trivial method does, judged as a run is."""
    accuracy = new.shown
    accuracy.keras = accuracy.torch = [0.11, 0.12, 0.13]
    accuracy.mean_gap, accuracy.ci90 = 0.0, (0.0, 0.0)
    accuracy.beats_baseline = False


def is_slower(new: Result) -> None:
    for part in (new.speed[0].train, new.speed[0].predict):
        for speed in (part.keras, part.torch):
            speed.median /= 10
        part.ratio.median /= 3


def takes_more_memory(new: Result) -> None:
    new.memory[0].torch.host_allocator_peak_mib *= 2


def is_newer(new: Result) -> None:
    new.proof.made_with.torch = "2.15.0"


RED = {
    rung_fails: "trajectory float64 aligned",
    rung_is_gone: "forward float32 native",
    is_different: "verdict",
    is_undecided: "verdict",
    has_no_verdict: "verdict",
    is_below_baseline: "baseline",
}
GREEN = {
    is_slower: "6,410 | 641 (-90.0 %)",
    takes_more_memory: "18.25 | 36.5 (+100.0 %)",
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
    assert mended.reds == [] and mended.judged


def test_below_the_baseline_is_red_whatever_was_before() -> None:
    _, new = changed(is_below_baseline)
    for old in ([new], [make_result()], []):
        found = compare(old, [new])
        assert [change.what for change in found.reds] == ["baseline"]


def test_a_check_that_is_new_has_to_hold() -> None:
    old, new = changed(rung_fails)
    old.proof.rungs.pop(4)
    assert compare([old], [new]).reds
    alone = compare([], [new])
    assert [c.what for c in alone.reds] == ["trajectory float64 aligned"]
    assert alone.judged[0].old == "not there"


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
    new.proof.rungs[4].max_difference = 5e-10
    found = compare([old], [new])
    assert found.reds == []
    text = gate.markdown(found, "OLD", "NEW")
    told = "trajectory float64 aligned max_difference | 6e-15 | 5e-10"
    assert told in text
    new.proof.rungs[4].max_difference = 7e-15
    assert compare([old], [new]).shown == []  # less is rounding


def test_other_settings_and_looser_bounds_are_told() -> None:
    old, new = changed(lambda r: None)
    new.proof.steps, new.proof.rungs[1].tolerance = 10, 1e-5
    new.shown.seeds = [0]
    text = gate.markdown(compare([old], [new]), "OLD", "NEW")
    assert "| proof steps | 50 | 10 |" in text
    assert "| accuracy quick seeds | [0, 1, 2] | [0] |" in text
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
        assert "641 (-90.0 %)" in (out / name).read_text()


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
            ["--check", "--out", "a"],
            "received --out with --check; expected --check alone",
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
