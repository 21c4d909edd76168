"""Results: what is written, what is refused, and what people read of it."""

import errno
import io
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from rich.console import Console

from comparisons.common import RequestError, write_whole
from comparisons.measure.accuracy import reproduced
from comparisons.report import markdown as report
from comparisons.report import terminal
from comparisons.report import words as figures
from comparisons.results import (
    Accuracy,
    Compared,
    Environment,
    Exhibit,
    Memory,
    Overhead,
    Parity,
    Peaks,
    Ratio,
    Result,
    Rung,
    Speed,
    Throughput,
    read_result,
    read_results,
)

PNG = b"\x89PNG\r\n\x1a\n"
NO_GPU = "not measured: no CUDA device"


def make_rung(name: str, **changes: Any) -> Rung:
    values = {
        "name": name,
        "dtype": "float64",
        "lane": "native",
        "max_difference": 3e-16,
        "tolerance": 1e-9,
        "noise_floor": 4e-16,
        "worst": "conv2/kernel",
        "passed": True,
    }
    return Rung(**(values | changes))


def make_compared(keras: float, torch: float) -> Compared:
    def speed(median: float) -> Speed:
        return Speed(
            median=median,
            iqr=(median - 10, median + 10),
            per_cpu_second=median / 2,
        )

    return Compared(
        keras=speed(keras),
        torch=speed(torch),
        ratio=Ratio(
            median=torch / keras,
            ci95=(torch / keras - 0.03, torch / keras + 0.03),
            control_ci95=(0.98, 1.02),
        ),
        blocks=5,
        rejected=1,
        foreign_cores=0.31,
    )


def make_peaks(live: float) -> Peaks:
    return Peaks(
        host_allocator_peak_mib=live,
        host_peak_mib=123.4,
        gpu_allocator_peak_mib=None,
        gpu_reserved_mib=None,
        gpu_process_mib=None,
        note=NO_GPU,
    )


def make_result() -> Result:
    """Return a complete result with figures that cannot be mixed up."""
    return Result(
        task="chapter08_digits_convnet",
        chapter=8,
        section="8.1",
        title="handwritten digits, convnet",
        preset="quick",
        data="bundled",
        samples={"train": 4_000, "test": 1_000},
        environment=Environment(
            keras="3.15.1",
            backend="tensorflow",
            backend_version="2.21.0",
            torch="2.14.1+cpu",
            python="3.11.7",
            numpy="2.3.0",
            cpu="Some CPU",
            cores=2,
            threads=2,
            device="cpu",
            platform="Linux",
            commit="0123456789ab",
            sources="fedcba9876543210",
            date="2026-11-22T03:00:00+00:00",
        ),
        parity=Parity(
            passed=True,
            steps=50,
            rungs=[
                make_rung("settings", max_difference=0.0, tolerance=0.0),
                make_rung("forward", max_difference=2.5e-16, tolerance=1e-10),
                make_rung("step", max_difference=3.1e-3, tolerance=0.1),
                make_rung("step", lane="aligned"),
                make_rung("trajectory", lane="aligned", max_difference=6e-15),
                make_rung("forward", dtype="float32", max_difference=2e-7),
            ],
            differences=["rmsprop_epsilon"],
            seconds=12.3,
        ),
        accuracy=Accuracy(
            metric="accuracy",
            unit="",
            higher_is_better=True,
            seeds=[0, 1, 2],
            keras=[0.958, 0.962, 0.966],
            torch=[0.957, 0.961, 0.965],
            baseline=0.113,
            baseline_name="majority class",
            beats_baseline=True,
            mean_gap=-0.001,
            ci90=(-0.006, 0.004),
            margin=0.015,
            verdict="equivalent",
            agreement=0.987,
            losses={
                "keras": [[0.9, 0.5, 0.3], [0.8, 0.4, 0.2], [0.9, 0.4, 0.3]],
                "torch": [[0.9, 0.5, 0.3], [0.8, 0.4, 0.2], [0.9, 0.4, 0.3]],
            },
            seconds={"keras": 4.5, "torch": 6.7},
        ),
        throughput=Throughput(
            train=make_compared(6_410, 6_050),
            predict=make_compared(31_000, 29_500),
            warmup_s={
                name: {"import": 3.1, "build": 0.21, "first_step": 0.87}
                for name in ("keras", "torch")
            },
            mode={"keras": "tensorflow graph", "torch": "eager"},
        ),
        memory=Memory(keras=make_peaks(20.5), torch=make_peaks(18.25)),
    )


@pytest.fixture
def result() -> Result:
    return make_result()


def stored(result: Result, folder: Path) -> Path:
    path = folder / f"{result.task}.json"
    write_whole(path, result.model_dump_json(indent=1))
    return path


def seen(result: Result, report: Path | None = None) -> str:
    """Return what a terminal shows of a result."""
    console = Console(file=io.StringIO(), width=160, color_system=None)
    console.print(terminal.block(result, report))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


# === The file ===============================================================


def test_a_complete_result_comes_back_from_its_file(result, tmp_path):
    assert read_result(stored(result, tmp_path)) == result


def test_a_result_of_the_ladder_alone_comes_back(result, tmp_path):
    result.accuracy = result.throughput = result.memory = None
    assert read_result(stored(result, tmp_path)) == result


def test_a_failed_rung_comes_back_though_json_has_no_infinity(result, tmp_path):
    result.parity.rungs.append(
        make_rung("forward", max_difference=math.inf, passed=False)
    )
    result.accuracy.keras[0] = math.nan
    path = stored(result, tmp_path)

    def refuse(name: str) -> None:
        pytest.fail(f"{name} is no JSON")

    json.loads(path.read_text(), parse_constant=refuse)
    back = read_result(path)
    assert back.parity.rungs[-1].max_difference == math.inf
    assert back.accuracy is not None
    assert math.isnan(back.accuracy.keras[0])


# Section 6 of the design, as other programs read it.
PROMISED = {
    (): "schema_version task chapter section preset data environment parity "
    "accuracy throughput memory",
    ("environment",): "keras backend torch python cpu threads device commit",
    ("parity",): "passed rungs",
    ("parity", "rungs", 0): "name dtype lane max_difference tolerance worst "
    "passed",
    ("accuracy",): "metric higher_is_better keras torch baseline mean_gap "
    "ci90 margin verdict agreement",
    ("throughput",): "train predict warmup_s mode",
    ("throughput", "train"): "keras torch ratio",
    ("throughput", "train", "keras"): "median iqr",
    ("throughput", "train", "torch"): "median iqr",
    ("throughput", "train", "ratio"): "median ci95",
    ("throughput", "predict"): "keras torch ratio",
    ("memory",): "keras torch",
    ("memory", "keras"): "host_allocator_peak_mib host_peak_mib "
    "gpu_allocator_peak_mib gpu_reserved_mib gpu_process_mib note",
    ("memory", "torch"): "host_allocator_peak_mib host_peak_mib "
    "gpu_allocator_peak_mib gpu_reserved_mib gpu_process_mib note",
}


@pytest.mark.parametrize("where", PROMISED, ids=lambda w: ".".join(map(str, w)))
def test_the_promised_keys_are_there(result, where: tuple[Any, ...]):
    found = json.loads(result.model_dump_json())
    for step in where:
        found = found[step]
    assert set(PROMISED[where].split()) - set(found) == set()


def test_the_values_have_the_promised_form(result):
    found = json.loads(result.model_dump_json())
    assert found["schema_version"] == 1
    assert (found["chapter"], found["section"]) == (8, "8.1")
    assert found["accuracy"]["keras"] == [0.958, 0.962, 0.966]
    assert found["accuracy"]["ci90"] == [-0.006, 0.004]
    assert found["memory"]["torch"]["gpu_reserved_mib"] is None
    assert found["memory"]["torch"]["note"] == NO_GPU


def nodes(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the paths of all objects that the schema fixes the keys of."""
    free = {"samples", "losses", "seconds", "warmup_s", "mode"}
    if not isinstance(value, dict) or (path and path[-1] in free):
        return []
    below = [nodes(v, (*path, k)) for k, v in value.items()]
    return [path, *[p for paths in below for p in paths]]


def test_an_extra_key_is_refused_wherever_it_stands(result):
    whole = json.loads(result.model_dump_json())
    places = [*nodes(whole), ("parity", "rungs", 0)]
    assert len(places) > 10
    for place in places:
        spoiled = json.loads(result.model_dump_json())
        inner = spoiled
        for step in place:
            inner = inner[step]
        inner["winner"] = "nobody"
        with pytest.raises(ValidationError, match="winner"):
            Result.model_validate(spoiled)


@pytest.mark.parametrize(
    "key", ("task", "preset", "environment", "parity", "samples", "section")
)
def test_a_missing_key_is_refused(result, key: str):
    spoiled = json.loads(result.model_dump_json())
    del spoiled[key]
    with pytest.raises(ValidationError, match=f"{key}\n  Field required"):
        Result.model_validate(spoiled)


@pytest.mark.parametrize(
    ("key", "value"),
    [("schema_version", 2), ("preset", "slow"), ("data", "other")],
)
def test_an_unknown_value_is_refused(result, key: str, value: Any):
    spoiled = json.loads(result.model_dump_json()) | {key: value}
    with pytest.raises(ValidationError, match=key):
        Result.model_validate(spoiled)


def test_the_schema_tells_other_programs_all_of_it():
    schema = Result.model_json_schema()
    assert schema["additionalProperties"] is False
    assert schema["properties"]["schema_version"]["const"] == 1
    assert {"task", "parity", "environment"} <= set(schema["required"])
    assert {"Rung", "Accuracy", "Peaks"} <= set(schema["$defs"])
    assert json.loads(json.dumps(schema)) == schema


# === Reading ================================================================


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "the file does not fit schema version 1"),
        ("{", "the file does not fit schema version 1"),
        ("[]", "the file does not fit schema version 1"),
        ('{"task": 3}', "in which task does not fit schema version 1"),
        ("{}", "in which task does not fit schema version 1"),
        ("\x00\xff", "the file does not fit schema version 1"),
    ],
)
def test_a_broken_file_is_told_in_one_line(tmp_path, content, told):
    path = tmp_path / "chapter08_digits_convnet.json"
    path.write_text(content)
    with pytest.raises(RequestError) as caught:
        read_result(path)
    message = str(caught.value)
    assert told in message and str(path) in message
    assert "run the task again" in message
    assert "\n" not in message


def test_a_nested_fault_is_told_by_its_place(result, tmp_path):
    whole = json.loads(result.model_dump_json())
    whole["parity"]["rungs"][2]["lane"] = "left"
    path = tmp_path / "chapter08_digits_convnet.json"
    path.write_text(json.dumps(whole))
    with pytest.raises(RequestError, match=r"parity\.rungs\.2\.lane does not"):
        read_result(path)


def test_a_file_that_is_not_there_is_told_in_one_line(tmp_path):
    path = tmp_path / "chapter08_digits_convnet.json"
    with pytest.raises(RequestError) as caught:
        read_result(path)
    assert str(caught.value) == (
        f"received no readable result {path} (No such file or directory)"
    )
    with pytest.raises(RequestError, match=r"\(Is a directory\)"):
        read_result(tmp_path)


def test_results_are_read_in_the_order_of_the_book(result, tmp_path):
    for task, chapter in (
        ("chapter10_weather_lstm", 10),
        ("chapter08_digits_convnet", 8),
        ("chapter04_reviews", 4),
    ):
        one = result.model_copy(update={"task": task, "chapter": chapter})
        stored(one, tmp_path)
    (tmp_path / ".chapter11_half.json.123").write_text("{")
    (tmp_path / "report.md").write_text("no result")
    assert [r.chapter for r in read_results(tmp_path)] == [4, 8, 10]
    assert read_results(tmp_path / "nowhere") == []


# === Writing ================================================================


def full_disk(self: Path, content: bytes) -> int:
    """Write half of the content, and then there is no room."""
    with open(self, "wb") as stream:
        stream.write(content[: len(content) // 2])
    raise OSError(errno.ENOSPC, "No space left on device", str(self))


def no_replace(self: Path, target: Path) -> Path:
    raise PermissionError(errno.EACCES, "Permission denied", str(target))


@pytest.mark.parametrize(
    ("method", "stand_in"),
    [("write_bytes", full_disk), ("replace", no_replace)],
)
def test_a_failed_write_leaves_the_old_content_and_no_rest(
    monkeypatch, tmp_path, method: str, stand_in: Callable[..., Any]
):
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    write_whole(old, "the old content")
    monkeypatch.setattr(Path, method, stand_in)
    for path in (old, new):
        with pytest.raises(OSError):
            write_whole(path, "a new and longer content")
    monkeypatch.undo()
    assert old.read_text() == "the old content"
    assert [path.name for path in tmp_path.iterdir()] == ["old.json"]


def test_a_write_is_never_seen_half_done(monkeypatch, tmp_path):
    path = tmp_path / "result.json"
    write_whole(path, "old")
    seen_meanwhile = []
    replace = Path.replace

    def watched(self: Path, target: Path) -> Path:
        seen_meanwhile.append(target.read_text())
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", watched)
    write_whole(path, "new")
    assert seen_meanwhile == ["old"]
    assert path.read_text() == "new"


def test_text_is_written_as_utf8_and_bytes_as_they_are(tmp_path):
    write_whole(tmp_path / "text", "22 °C ± 1")
    write_whole(tmp_path / "bytes", PNG)
    assert (tmp_path / "text").read_text(encoding="utf8") == "22 °C ± 1"
    assert (tmp_path / "bytes").read_bytes() == PNG


def test_a_report_is_written_before_its_result(monkeypatch, result, tmp_path):
    written = []

    def note(path: Path, content: str | bytes) -> None:
        written.append(path.name)
        write_whole(path, content)

    monkeypatch.setattr(report, "write_whole", note)
    path = report.write(result, tmp_path)
    assert written == [f"{result.task}{s}" for s in (".png", ".md", ".json")]
    assert path == tmp_path / f"{result.task}.md"
    assert read_result(path.with_suffix(".json")) == result


# === What people read =======================================================

FIGURES = (
    "0.962 ± 0.004",
    "0.961 ± 0.004",
    "gap -0.1 pt [-0.6, +0.4]: equivalent, margin 1.5 pt",
    "6,410",
    "6,050",
    "0.94 [0.91, 0.97]",
    "31,000",
    "20.5",
    "18.2",
    NO_GPU,
    "majority class",
    "Keras 3.15.1 on TensorFlow 2.21.0 · PyTorch 2.14.1+cpu",
    "4,000 samples",
    "rmsprop_epsilon",
)


@pytest.mark.parametrize("figure", FIGURES)
def test_markdown_and_terminal_show_the_figures(result, figure: str):
    assert figure in report.markdown(result)
    assert figure in seen(result)


def test_markdown_shows_every_seed_every_rung_and_the_machine(result):
    text = report.markdown(result)
    for seed, ours, theirs in (
        (0, "0.9580", "0.9570"),
        (1, "0.9620", "0.9610"),
        (2, "0.9660", "0.9650"),
    ):
        assert f"| {seed} | {ours} | {theirs} |" in text
    for one in result.parity.rungs:
        assert f"| {one.name} | {one.dtype} | {one.lane} |" in text
    for fact in ("Some CPU", "2 threads", "0123456789ab", "fedcba9876543210"):
        assert fact in text
    assert "the same answer on 98.7% of the test samples" in text
    assert "scores 0.1130" in text
    assert "5 kept, 1 rejected" in text
    assert "[0.98, 1.02]" in text
    assert "CPU memory is no proxy for GPU memory." in text
    assert "The same model: proven" in text


def test_the_rows_of_every_markdown_table_are_equally_wide(result):
    width = 0
    for line in report.markdown(result).splitlines():
        if not line.startswith("|"):
            width = 0
            continue
        width = width or line.count("|")
        assert line.count("|") == width, line


def test_the_terminal_names_report_and_curves(result, tmp_path):
    text = seen(result, Path("results/chapter08_digits_convnet.md"))
    assert "results/chapter08_digits_convnet.md" in text
    assert "results/chapter08_digits_convnet.png" in text
    assert "8.1 digits_convnet" in text
    assert "trajectory 6e-15 ✓" in text


def test_the_terminal_has_a_table_of_rungs(result):
    console = Console(file=io.StringIO(), width=120, color_system=None)
    console.print(terminal.ladder_table(result))
    assert isinstance(console.file, io.StringIO)
    text = console.file.getvalue()
    assert "chapter08_digits_convnet · 50 steps" in text
    assert "6.0e-15" in text and text.count("✓") == len(result.parity.rungs)


def test_the_summary_names_the_largest_aligned_differences(result):
    other = make_result()
    other.parity.passed = False
    other.parity.rungs[1].max_difference = 7e-12
    first, worst, *rest = terminal.summary([result, other])
    assert first.startswith("1 of 2 pairs proven, 25 s")
    assert worst == "  7.0e-12  chapter08_digits_convnet  forward, " + (
        other.parity.rungs[1].worst
    )
    # Neither the native lane, nor float32, nor what is only counted.
    assert not any("3.1e-03" in line or "2.0e-07" in line for line in rest)
    assert not any("settings" in line for line in rest)
    assert terminal.summary([result]) == []


def test_a_proof_from_an_earlier_run_says_so_wherever_it_is_told(result):
    said = "cached from 2026-11-26T13:25:12+00:00"
    for told in (report.markdown, seen, lambda r: terminal.proof_lines(r)[-1]):
        assert "cached" not in told(result)
        result.parity.proven = said.removeprefix("cached from ")
        assert said in told(result)
        result.parity.proven = None
    other = make_result()
    other.parity.proven = said
    first = terminal.summary([result, other])[0]
    assert first.startswith("2 of 2 pairs proven, 1 of them earlier, 12 s on")


def test_the_report_says_what_the_harness_took(result):
    assert "All this took" not in report.markdown(result)
    result.overhead = Overhead(
        wall_s=57.8, halves_s=48.6, imports_s=8.9, harness_s=0.3
    )
    text = report.markdown(result)
    assert "All this took 57.8 s: 48.6 s of work in the halves'" in text
    assert "8.9 s more in which they started; and 0.3 s" in text


def test_a_result_from_before_proofs_were_kept_can_be_read(result, tmp_path):
    content = json.loads(result.model_dump_json())
    del content["overhead"], content["parity"]["proven"]
    path = tmp_path / f"{result.task}.json"
    path.write_text(json.dumps(content))
    assert read_result(path) == result


def test_what_halves_show_is_in_the_markdown(result):
    result.exhibit = Exhibit(
        picture=True,
        texts={"samples": {"keras": ["one fine day"], "torch": ["one day"]}},
    )
    text = report.markdown(result)
    assert "(chapter08_digits_convnet_exhibit.png)" in text
    assert "### Samples" in text and "one fine day" in text
    result.exhibit = Exhibit(picture=False, texts={})
    assert "_exhibit.png" not in report.markdown(result)


def test_rungs_of_a_variant_are_named_so_and_counted(result):
    result.parity.rungs.append(make_rung("forward"))
    result.parity.rungs[-1].variant = "with L2"
    assert "forward (with L2)" in report.markdown(result)
    assert "and 1 variant" in seen(result)


def test_a_task_without_training_has_no_curves(result, tmp_path):
    assert result.accuracy is not None
    result.accuracy.losses = {"keras": [[], []], "torch": [[], []]}
    report.write(result, tmp_path)
    assert [path.suffix for path in sorted(tmp_path.iterdir())] == [
        ".json",
        ".md",
    ]
    assert "Training loss" not in report.markdown(result)


def test_the_table_of_pairs_has_a_row_for_each(result):
    other = result.model_copy(
        update={
            "task": "chapter10_weather_lstm",
            "section": "10.2",
            "accuracy": None,
            "throughput": None,
        }
    )
    lines = report.table_of_pairs([result, other]).splitlines()
    assert len(lines) == 4
    assert {line.count("|") for line in lines} == {8}
    assert "8.1" in lines[2] and "10.2" in lines[3]
    for figure in (
        "[chapter08_digits_convnet](keras_impl/chapter08_digits_convnet.py)",
        "6e-15 after 50 steps",
        "0.962 ± 0.004",
        "0.961 ± 0.004",
        "equivalent",
        "0.94 [0.91, 0.97]",
    ):
        assert figure in lines[2]
    assert "0.962" not in lines[3]


def test_the_table_of_pairs_takes_speed_from_a_bench_if_there_is_one(
    result, tmp_path
):
    assert report.benched(tmp_path) == []
    bench = make_result()
    assert bench.throughput is not None and bench.throughput.train.ratio
    bench.throughput.train.ratio.median = 0.5
    (tmp_path / "bench").mkdir()
    stored(bench, tmp_path / "bench")
    found = report.benched(tmp_path)
    assert "| 0.50 [0.91, 0.97] |" in report.table_of_pairs([result], found)
    other = result.model_copy(update={"task": "chapter10_weather_lstm"})
    assert "| 0.94 [0.91, 0.97] |" in report.table_of_pairs([other], found)


@pytest.mark.parametrize("count", (1, 3))
def test_curves_are_a_picture_that_grows_with_the_tasks(result, count: int):
    picture = report.curves([result] * count)
    assert picture.startswith(PNG)
    width = int.from_bytes(picture[16:20], "big")
    height = int.from_bytes(picture[20:24], "big")
    assert width == pytest.approx(4.6 * 130 * count, abs=2)
    assert height == pytest.approx(3.4 * 130, abs=2)
    assert 8_000 < len(picture) < 400_000


def test_a_result_that_is_not_proven_says_so_everywhere(result):
    result.parity.passed = False
    result.throughput = None
    result.parity.rungs[1] = make_rung(
        "forward",
        max_difference=0.02,
        passed=False,
        detail="conv1 is the first to differ",
    )
    text = seen(result)
    assert "NOT THE SAME" in text and "same model " not in text
    assert "forward: conv1 is the first to differ" in text
    assert "forward 2e-02 ✗" in text
    page = report.markdown(result)
    assert "The same model: NOT proven" in page
    assert "- forward: conv1 is the first to differ" in page
    assert "## Speed" not in page
    assert "| not proven |" in report.table_of_pairs([result])
    assert not result.holds


def test_a_pair_at_chance_level_is_flagged(result):
    assert result.holds and figures.warnings(result) == []
    result.accuracy.beats_baseline = False
    told = "does not clearly beat majority class (0.113)"
    assert told in report.markdown(result)
    assert told in seen(result)
    assert not result.holds


def test_a_result_that_was_not_reproduced_is_flagged(result):
    result.accuracy.reproduced = False
    assert "not reproduced:" in report.markdown(result)
    assert "not reproduced:" in seen(result)
    result.accuracy.reproduced = True
    assert "not reproduced" not in report.markdown(result) + seen(result)
    assert "gave the same bits" in report.markdown(result)


@pytest.mark.parametrize(
    ("verdict", "holds", "told"),
    [
        ("equivalent", True, "equivalent,"),
        ("undecided", True, "undecided (needs 5 seeds),"),
        ("different", False, "different,"),
    ],
)
def test_a_verdict_is_told_and_only_a_difference_turns_red(
    result, verdict, holds, told
):
    result.accuracy.verdict = verdict
    assert told in figures.gap(result.accuracy)
    assert result.holds is holds


@pytest.mark.parametrize(
    ("torch", "told"),
    [
        # Gaps -1, 0, 1 and -4, 0, 4 points in a hundred; the margin is 2.
        ([0.89, 0.90, 0.91], "needs 5 seeds"),
        ([0.86, 0.90, 0.94], "needs 45 seeds"),
        # One run shows no spread.
        ([0.91], "needs 3 seeds"),
        ([0.1, 0.9, 0.5], "needs over 1,000 seeds"),
        ([0.9, math.nan], "a score is not a finite number"),
        ([0.9, math.inf], "a score is not a finite number"),
    ],
)
def test_an_undecided_verdict_says_what_would_decide(result, torch, told):
    accuracy = result.accuracy.model_copy(
        update={
            "keras": [0.90] * len(torch),
            "torch": torch,
            "margin": 0.02,
            "verdict": "undecided",
        }
    )
    assert f"undecided ({told})" in figures.gap(accuracy)
    assert figures.score(torch, accuracy)


def test_a_metric_with_a_unit_keeps_it(result):
    accuracy = result.accuracy.model_copy(
        update={"metric": "mae", "unit": "°C", "ci90": None}
    )
    assert figures.gap(accuracy).startswith("gap -0.001 °C: equivalent")
    assert figures.score([2.5, 2.7], accuracy) == "2.600 ± 0.141 °C"
    assert figures.score([2.5], accuracy) == "2.500 ± 0.000 °C"


def test_speed_that_could_not_be_measured_says_why(result):
    note = "not measurable here: others held up to 1.3 cores"
    nothing = Compared(blocks=0, rejected=8, foreign_cores=1.3, note=note)
    result.throughput.train = nothing
    assert note in report.markdown(result)
    assert note in seen(result)


def test_memory_that_was_not_measured_is_never_zero(result):
    for peaks in (result.memory.keras, result.memory.torch):
        assert figures.live_memory(peaks).endswith("MiB live")
        peaks.host_allocator_peak_mib = None
        assert figures.live_memory(peaks) == "123.4 MiB process"
        peaks.host_peak_mib = None
        assert figures.live_memory(peaks) == "not measured"
    page = report.markdown(result)
    assert page.count("| not measured | not measured |") == 2
    assert page.count(NO_GPU) == 1
    assert "| 0.0 |" not in page
    result.memory.keras.gpu_allocator_peak_mib = 512.25
    shown = figures.live_memory(result.memory.keras)
    assert shown == "512.2 MiB live on the GPU"


def test_nobody_is_called_a_winner(result):
    text = " ".join(
        [
            report.markdown(result),
            seen(result),
            report.table_of_pairs([result]),
        ]
    ).lower()
    for word in ("winner", "wins", "loser", "faster", "slower", "better"):
        assert word not in text
    assert "**" not in text  # no bold figure either


# === Did the last run give the same bits? ===================================


def test_without_an_earlier_result_nothing_is_said(result, tmp_path):
    assert reproduced(result, None) is None
    assert reproduced(result, tmp_path / "none.json") is None
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    assert reproduced(result, broken) is None


def test_the_same_scores_are_reproduced(result, tmp_path):
    earlier = result.model_copy(deep=True)
    earlier.environment.date = "2025-01-01T00:00:00+00:00"
    earlier.environment.commit = "another"
    assert reproduced(result, stored(earlier, tmp_path)) is True


@pytest.mark.parametrize("side", ("keras", "torch"))
def test_one_other_bit_is_not_reproduced(result, tmp_path, side: str):
    path = stored(result, tmp_path)
    scores = getattr(result.accuracy, side)
    scores[1] = math.nextafter(scores[1], 1.0)
    assert reproduced(result, path) is False


def test_of_unequally_many_seeds_the_shared_ones_count(result, tmp_path):
    path = stored(result, tmp_path)
    accuracy = result.accuracy
    accuracy.seeds.append(3)
    accuracy.keras.append(0.1)
    accuracy.torch.append(0.2)
    assert reproduced(result, path) is True
    accuracy.keras[0] = 0.1
    assert reproduced(result, path) is False


@pytest.mark.parametrize(
    ("where", "name", "value"),
    [
        ("environment", "sources", "0000000000000000"),
        ("environment", "cpu", "another CPU"),
        ("environment", "torch", "2.14.2"),
        ("environment", "threads", 1),
        ("", "preset", "book"),
        ("", "data", "book"),
    ],
)
def test_other_code_or_another_machine_owes_no_same_bits(
    result, tmp_path, where: str, name: str, value: Any
):
    path = stored(result, tmp_path)
    setattr(result.environment if where else result, name, value)
    result.accuracy.keras[0] = 0.1
    assert reproduced(result, path) is None


def test_a_result_without_accuracy_says_nothing(result, tmp_path):
    bench = result.model_copy(update={"accuracy": None})
    assert reproduced(bench, stored(result, tmp_path)) is None
    assert reproduced(result, stored(bench, tmp_path)) is None
