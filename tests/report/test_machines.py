"""Speed by machine class: where rankings reverse, the table says so."""

from typing import Any

import pytest
from test_results import make_result, make_speed

from comparisons.records import Conditions, Latency, Ratio
from comparisons.report import machines
from comparisons.report.overview import reports_of
from comparisons.report.words import NOT_TOLD
from comparisons.results import Result, SpeedSection


def epoch(low: float, median: float, high: float, **made: Any) -> SpeedSection:
    one = make_speed(**made)
    one.train.ratio = Ratio(
        median=median, ci95=(low, high), control_ci95=(0.9, 1.1)
    )
    return one


FAST = 1.9, 2.0, 2.1
SLOW = 0.45, 0.5, 0.55
NEITHER = 0.95, 1.0, 1.05
WIDE = 0.5, 2.0, 9.0


def of(*several: SpeedSection) -> Result:
    result = make_result()
    result.speed = list(several)
    return result


@pytest.mark.parametrize(
    ("spins", "sleeps", "told"),
    [
        (FAST, FAST, "PyTorch"),
        (FAST, SLOW, "**classes disagree**"),
        (NEITHER, SLOW, "Keras"),
        (WIDE, SLOW, "Keras"),
        (NEITHER, WIDE, NOT_TOLD),
    ],
)
def test_the_table_says_where_classes_disagree(spins, sleeps, told):
    result = of(epoch(*spins), epoch(*sleeps, thread_policy="sleep"))
    row = machines.epochs([result]).splitlines()[-1]
    assert row.endswith(f"| {told} |")
    assert (NOT_TOLD in row) == (WIDE in (spins, sleeps) or told == NOT_TOLD)


def test_another_engine_is_another_program():
    result = of(epoch(*FAST), epoch(*SLOW, backend="torch"))
    text = machines.epochs([result])
    assert text.splitlines()[-1].endswith("| PyTorch |")
    assert "spin · Keras on PyTorch |" in text


def test_a_column_is_there_for_each_class_and_a_dash_where_none_was():
    first = of(epoch(*FAST), epoch(*FAST, cpu="Other"))
    second = of(epoch(*FAST))
    other = second.model_copy(update={"speed": []})
    head, _, *rows = machines.epochs([first, second, other]).splitlines()
    assert head.index("| Some ·") < head.index("| Other ·")
    assert len(rows) == 2 and "| – |" in rows[1]


def test_the_conditions_are_told():
    one = make_speed(thread_policy="sleep")
    one.latency = {
        name: Latency(p50_ms=p50, p95_ms=2.0, p99_ms=3.0, calls=900)
        for name, p50 in (("keras", 0.57), ("torch", 0.11))
    }
    one.conditions = Conditions(
        governor=None, memory_gib=24.0, load_before=0.1, load_after=1.9,
        busy=True,
    )  # fmt: skip
    text = " ".join(machines.conditions(one))
    assert "Keras 0.57, 2.00, 3.00" in text and "PyTorch 0.11" in text
    assert "avx2" in text and "not reported by the kernel" in text
    assert "before 0.1, after 1.9" in text
    assert "Other work used the machine" in text
    assert "That slows PyTorch down" in text
    one.made_with.thread_policy = "spin"
    assert "slows" not in " ".join(machines.conditions(one))
    grid = machines.speed_grid(machines.title_of(one), [of(one)])
    assert "0.57" in grid.rows[0] and any("Other work" in n for n in grid.notes)


def test_controls_that_contain_one_are_counted():
    one = make_speed()
    one.train.ratio.control_ci95 = (1.01, 1.2)
    grid = machines.speed_grid(machines.title_of(one), [of(one)])
    assert "1 of 2 of these controls contain 1" in grid.notes[0]


def test_the_overview_marks_what_is_older_than_its_code():
    result = make_result()
    text = reports_of([result], {result.task: ["accuracy, quick"]})
    assert f"- {result.task}: accuracy, quick\n" in text
    assert "Older" not in reports_of([result], {})
    assert f"[{result.task}]({result.task}.md)" in text
