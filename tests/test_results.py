"""Results: what is written, what is refused, and what people read of it."""

import errno
import io
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from pydantic import ValidationError
from rich.console import Console

from comparisons.common import RequestError, write_whole
from comparisons.measure.accuracy import reproduced
from comparisons.records import (
    Accuracy,
    Compared,
    Environment,
    Memory,
    Peaks,
    Ratio,
    Rung,
    Speed,
    Throughput,
)
from comparisons.report import markdown as report
from comparisons.report import terminal
from comparisons.report import words as figures
from comparisons.report.memory import live_memory
from comparisons.results import (
    AccuracySection,
    MemorySection,
    Parity,
    ProofSection,
    Result,
    Section,
    SpeedSection,
    StudySection,
    merged,
    read_result,
    read_results,
    store,
    text_of,
)

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


def make_environment(**changes: Any) -> Environment:
    values = {
        "keras": "3.15.1",
        "backend": "tensorflow",
        "backend_version": "2.21.0",
        "torch": "2.14.1+cpu",
        "python": "3.11.7",
        "numpy": "2.3.0",
        "cpu": "Some(R) CPU @ 2.0 GHz",
        "instructions": ["avx", "avx2", "avx512f"],
        "cores": 2,
        "threads": 2,
        "thread_policy": "spin",
        "device": "cpu",
        "platform": "Linux",
        "commit": "0123456789ab",
        "digest": "fedcba9876543210",
        "date": "2026-11-22T03:00:00+00:00",
    }
    return Environment(**(values | changes))


def make_section(**changes: Any) -> dict[str, Any]:
    """Return what every section has, by name."""
    return dict(
        Section(
            made_with=make_environment(**changes),
            preset="quick",
            data="bundled",
            samples={"train": 4_000, "test": 1_000},
        )
    )


def make_proof() -> ProofSection:
    parity = Parity(
        passed=True,
        steps=50,
        rungs=[
            make_rung("settings", max_difference=0.0, tolerance=0.0),
            make_rung("forward", max_difference=2.5e-16, tolerance=1e-10),
            make_rung("step", max_difference=3.1e-3, tolerance=0.1),
            make_rung("step", lane="aligned"),
            make_rung("trajectory", lane="aligned", max_difference=6e-15),
            make_rung(
                "forward", dtype="float32", max_difference=2e-7, tolerance=1e-5
            ),
        ],
        differences=["rmsprop_epsilon"],
        seconds=12.3,
    )
    return ProofSection(**make_section(), **dict(parity))


def make_accuracy() -> AccuracySection:
    losses = [[0.9, 0.5, 0.3], [0.8, 0.4, 0.2], [0.9, 0.4, 0.3]]
    accuracy = Accuracy(
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
        losses={"keras": losses, "torch": losses},
        seconds={"keras": 4.5, "torch": 6.7},
    )
    return AccuracySection(**make_section(), **dict(accuracy))


def make_speed(**changes: Any) -> SpeedSection:
    throughput = Throughput(
        train=make_compared(6_410, 6_050),
        predict=make_compared(31_000, 29_500),
        warmup_s={
            name: {"import": 3.1, "build": 0.21, "first_step": 0.87}
            for name in ("keras", "torch")
        },
        mode={"keras": "tensorflow graph", "torch": "eager"},
    )
    return SpeedSection(**make_section(**changes), **dict(throughput))


def make_memory(**changes: Any) -> MemorySection:
    memory = Memory(keras=make_peaks(20.5), torch=make_peaks(18.25))
    return MemorySection(**make_section(**changes), **dict(memory))


def make_result() -> Result:
    """Return a complete result with figures that cannot be mixed up."""
    return Result(
        task="chapter08_digits_convnet",
        chapter=8,
        section="8.1",
        title="handwritten digits, convnet",
        proof=make_proof(),
        accuracy={"quick": make_accuracy()},
        speed=[make_speed()],
        memory=[make_memory()],
    )


@pytest.fixture
def result() -> Result:
    return make_result()


def stored(result: Result, folder: Path) -> Path:
    path = folder / f"{result.task}.json"
    write_whole(path, text_of(result))
    return path


def seen(result: Result, report: Path | None = None) -> str:
    """Return what a terminal shows of a result."""
    console = Console(file=io.StringIO(), width=160, color_system=None)
    console.print(terminal.block(result, report))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


# === The file ===============================================================


def test_a_result_comes_back_from_its_file(result, tmp_path):
    assert read_result(stored(result, tmp_path)) == result
    bare = result.model_copy(update={"accuracy": {}, "speed": []})
    assert read_result(stored(bare, tmp_path)) == bare


def test_infinity_and_nan_come_back_though_json_has_neither(result, tmp_path):
    result.proof.rungs.append(
        make_rung("forward", max_difference=math.inf, passed=False)
    )
    result.accuracy["quick"].keras[0] = math.nan

    def refuse(name: str) -> None:
        pytest.fail(f"{name} is no JSON")

    path = stored(result, tmp_path)
    found = json.loads(path.read_text(), parse_constant=refuse)
    jsonschema.validate(found, Result.model_json_schema())
    back = read_result(path)
    assert back.proof.rungs[-1].max_difference == math.inf
    assert math.isnan(back.accuracy["quick"].keras[0])


def test_lists_of_numbers_are_one_line_and_keep_their_bits(result):
    scores = [0.1 + 0.2, 1 / 3, 5e-324]
    result.accuracy["quick"].keras = scores
    result.proof.rungs[0].detail = "[\n {a}"
    text = text_of(result)
    assert f'"keras": {json.dumps(scores)}' in text
    assert Result.model_validate_json(text) == result


def test_an_extra_key_is_refused_in_every_section(result):
    for where in ("proof", "speed", "memory"):
        whole = json.loads(text_of(result))
        place = whole[where]
        (place[0] if isinstance(place, list) else place)["winner"] = "nobody"
        with pytest.raises(ValidationError, match="winner"):
            Result.model_validate(whole)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "the file does not fit schema version 2"),
        ("[]", "the file does not fit schema version 2"),
        ('{"task": 3}', "in which task does not fit schema version 2"),
        ('{"schema_version": 1}', "in which schema_version does not fit"),
        ("\x00\xff", "the file does not fit schema version 2"),
    ],
)
def test_a_broken_file_is_told_in_one_line(tmp_path, content, told):
    path = tmp_path / "chapter08_digits_convnet.json"
    path.write_text(content)
    with pytest.raises(RequestError) as caught:
        read_result(path)
    message = str(caught.value)
    assert told in message and str(path) in message
    assert "run the task again" in message and "\n" not in message


def test_a_file_that_is_not_there_is_told_in_one_line(tmp_path):
    with pytest.raises(RequestError, match=r"received no readable result .*"):
        read_result(tmp_path / "chapter08_digits_convnet.json")


def test_results_are_read_in_the_order_of_the_book(result, tmp_path):
    for task, chapter in (
        ("chapter10_weather_lstm", 10),
        ("chapter08_digits_convnet", 8),
        ("chapter04_reviews", 4),
    ):
        one = result.model_copy(update={"task": task, "chapter": chapter})
        stored(one, tmp_path)
    (tmp_path / ".chapter11_half.json.123").write_text("{")
    (tmp_path / "chapter04_reviews.json.previous").write_text("{")
    assert [r.chapter for r in read_results(tmp_path)] == [4, 8, 10]


# === Sections ===============================================================


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, "Some · AVX-512 · 2 cores · threads spin"),
        (
            {
                "cpu": "Intel(R) Xeon(R) Processor",
                "instructions": ["amx_tile", "avx512f"],
                "thread_policy": "sleep",
            },
            "Intel Xeon · AMX · 2 cores · threads sleep",
        ),
        (
            {"instructions": [], "device": "cuda"},
            "Some · instruction sets not recorded · 2 cores · threads spin · "
            "cuda",
        ),
    ],
)
def test_a_machine_class_has_a_short_name(changes, told):
    assert make_environment(**changes).machine_class == told


def test_a_run_replaces_its_sections_and_keeps_the_others(result):
    sleeps = make_speed(thread_policy="sleep")
    study = StudySection(**make_section(), kind="modes")
    old = result.model_copy(
        update={
            "accuracy": {"book": make_accuracy(), "quick": make_accuracy()},
            "speed": [sleeps, make_speed()],
            "studies": [study],
        }
    )
    again = make_speed(commit="newer")
    new = result.model_copy(
        update={
            "proof": None,
            "accuracy": {"quick": make_accuracy()},
            "speed": [again],
            "memory": [],
        }
    )
    found = merged(old, new)
    assert found.proof == old.proof and found.memory == old.memory
    assert found.speed == [sleeps, again] and found.studies == [study]
    assert found.accuracy["quick"] is new.accuracy["quick"]
    assert list(found.accuracy) == ["quick", "book"]


def test_the_old_file_is_kept_unless_git_has_it(result, tmp_path):
    store(result, tmp_path)
    path = tmp_path / f"{result.task}.json"
    before = path.read_bytes()
    newer = result.model_copy(update={"title": "newer"})
    store(newer, tmp_path, keep=False)
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    path.write_bytes(before)
    assert store(newer, tmp_path).title == "newer"
    assert Path(f"{path}.previous").read_bytes() == before


def test_a_file_that_cannot_be_read_is_kept_and_made_anew(result, tmp_path):
    path = tmp_path / f"{result.task}.json"
    path.write_text("{")
    assert store(result, tmp_path, keep=False) == result
    assert Path(f"{path}.previous").read_text() == "{"
    assert read_result(path) == result


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


# === What people read =======================================================


def test_terminal_and_report_have_all_figures(result):
    page, block = report.markdown(result), seen(result)
    for figure in (
        "0.962 ± 0.004",
        "0.961 ± 0.004",
        "gap -0.1 pt [-0.6, +0.4]: equivalent, margin 1.5 pt",
        "6,410",
        "6,050",
        "0.94 [0.91, 0.97]",
        "31,000",
        "20.5",
        "18.2",
        "majority class",
        "Keras 3.15.1 on TensorFlow 2.21.0, PyTorch 2.14.1+cpu",
        "Some · AVX-512 · 2 cores · threads spin",
        "rmsprop_epsilon",
    ):
        assert figure in page and figure in block, figure
    assert "Commit 0123456789ab" in page


def test_a_section_that_is_older_than_its_code_is_marked(result):
    # The digests of the made result fit no code.
    assert report.markdown(result).count("Older than its code") == 4
    assert "Older" not in report.markdown(result, stale=())
    one = report.markdown(result, stale=["proof"])
    assert "**Older than its code: this section was made" in one
    assert one.count("Older") == 1


def test_a_result_that_is_not_proven_says_so_everywhere(result):
    result.proof.passed = False
    result.speed = []
    result.proof.rungs[1] = make_rung(
        "forward",
        max_difference=0.02,
        passed=False,
        detail="conv1 is the first to differ",
    )
    text = seen(result)
    assert "NOT THE SAME" in text and "same model " not in text
    assert "forward: conv1 is the first to differ" in text
    page = report.markdown(result)
    assert "The same model: NOT proven" in page
    assert "- forward: conv1 is the first to differ" in page
    assert "## Speed" not in page
    assert "| not proven |" in report.table_of_pairs([result])
    assert not result.holds


def test_a_pair_at_chance_level_is_flagged(result):
    assert result.holds and figures.warnings(result.shown) == []
    result.shown.beats_baseline = False
    told = "does not clearly beat majority class (0.113)"
    assert told in report.markdown(result) and told in seen(result)
    assert not result.holds


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
    result.shown.verdict = verdict
    assert told in figures.gap(result.shown)
    assert result.holds is holds


@pytest.mark.parametrize(
    ("torch", "told"),
    [
        # Gaps -1, 0, 1 and -4, 0, 4 points in a hundred; the margin is 2.
        ([0.89, 0.90, 0.91], "needs 5 seeds"),
        ([0.86, 0.90, 0.94], "needs 45 seeds"),
        ([0.91], "needs 3 seeds"),  # one run shows no spread
        ([0.1, 0.9, 0.5], "needs over 1,000 seeds"),
        ([0.9, math.nan], "a score is not a finite number"),
    ],
)
def test_an_undecided_verdict_says_what_would_decide(result, torch, told):
    accuracy = result.shown.model_copy(
        update={
            "keras": [0.90] * len(torch),
            "torch": torch,
            "margin": 0.02,
            "verdict": "undecided",
        }
    )
    assert f"undecided ({told})" in figures.gap(accuracy)


def test_a_metric_with_a_unit_keeps_it_and_its_direction(result):
    accuracy = result.shown.model_copy(
        update={
            "metric": "mae",
            "unit": "°C",
            "ci90": None,
            "higher_is_better": False,
        }
    )
    assert figures.gap(accuracy).startswith("gap -0.001 °C: equivalent")
    assert figures.score([2.5, 2.7], accuracy) == "2.600 ± 0.141 °C"
    other = result.model_copy(update={"accuracy": {"quick": accuracy}})
    rows = report.table_of_pairs([result, other]).splitlines()
    assert "| accuracy ↑ |" in rows[2] and "| mae ↓ |" in rows[3]
    assert "0.94" not in rows[2]  # no speed without its machine


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [
        (0.80, 1.25, True),
        (0.79, 1.25, False),
        (0.80, 1.26, False),
        (math.nan, math.nan, False),
    ],
)
def test_a_wide_interval_is_no_measurement(result, low, high, told):
    part = result.speed[0].train
    part.ratio = Ratio(median=1.0, ci95=(low, high), control_ci95=(1, 1))
    expected = f"1.00 [{low:.2f}, {high:.2f}]" if told else figures.NOT_TOLD
    assert figures.speed(part)[2] == expected
    assert expected in report.markdown(result)


def test_speed_that_could_not_be_measured_says_why(result):
    note = "not measurable here: others held up to 1.3 cores"
    nothing = Compared(blocks=0, rejected=8, foreign_cores=1.3, note=note)
    result.speed[0].train = nothing
    assert note in report.markdown(result) and note in seen(result)


def test_memory_that_was_not_measured_is_never_zero(result):
    (memory,) = result.memory
    for peaks in (memory.keras, memory.torch):
        peaks.host_allocator_peak_mib = None
        assert live_memory(peaks) == "123.4 MiB process"
        peaks.host_peak_mib = None
        assert live_memory(peaks) == "not measured"
    page = report.markdown(result)
    assert page.count("| not measured | not measured |") == 2
    assert page.count(NO_GPU) == 1


# === Did the last run give the same bits? ===================================


def test_the_same_scores_are_reproduced():
    now, then = make_accuracy(), make_accuracy()
    then.made_with.date, then.made_with.commit = "2025-01-01", "another"
    assert reproduced(now, then) is True
    assert reproduced(now, None) is None
    now.torch[1] = math.nextafter(now.torch[1], 1.0)
    assert reproduced(now, then) is False


def test_of_unequally_many_seeds_the_shared_ones_count():
    now, then = make_accuracy(), make_accuracy()
    now.seeds.append(3)
    now.keras.append(0.1)
    now.torch.append(0.2)
    assert reproduced(now, then) is True


@pytest.mark.parametrize(
    ("name", "value"),
    [("digest", "0000"), ("cpu", "another"), ("torch", "2.15"), ("threads", 1)],
)
def test_other_code_or_another_machine_owes_no_same_bits(name, value):
    now, then = make_accuracy(), make_accuracy()
    setattr(now.made_with, name, value)
    now.keras[0] = 0.1
    assert reproduced(now, then) is None
