"""Figures in prose are looked up, and a key that is wrong is told."""

import pytest
from test_results import make_result, make_speed

from comparisons.common import RequestError
from comparisons.report import prose

TASK = "chapter08_digits_convnet"


@pytest.fixture
def results():
    result = make_result()
    result.speed.append(make_speed(thread_policy="sleep"))
    result.speed[1].train.ratio.median = 0.95
    result.speed.append(make_speed(backend="torch"))
    return {TASK: result}


@pytest.mark.parametrize(
    ("old", "figure", "path"),
    [
        ("0.111", "0.962", "accuracy.quick.keras.mean"),
        ("11.1%", "96.2%", "accuracy.quick.keras.mean"),
        ("undecided", "equivalent", "accuracy.quick.verdict"),
        ("7", "50", "proof.steps"),
        ("7", "6,410", "speed[spin].train.keras.median"),
        ("7", "0.94 [0.91, 0.97]", "speed[spin].train.ratio"),
        ("1.1 [1, 2]", "0.95 [0.91, 0.97]", "speed[Some sleep].train.ratio"),
        ("7", "0.94 [0.91, 0.97]", "speed[PyTorch].train.ratio"),
    ],
)
def test_a_figure_is_what_its_key_leads_to(results, old, figure, path):
    said = "It is {}<!-- " + f"{TASK} {path} --> times."
    assert prose.rewritten(said.format(old), results) == said.format(figure)
    again = said.format(figure)
    assert prose.rewritten(again, results) == again


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("accuracy.slow.keras.mean", "there is no slow"),
        ("accuracy.quick.keras", "it leads to no figure"),
        ("speed[AMX].train.ratio", r"0 records of speed fit \[AMX\]"),
        ("speed[Some].train.ratio", r"2 records of speed fit \[Some\]"),
    ],
)
def test_a_key_that_leads_nowhere_is_told(results, path, told):
    with pytest.raises(RequestError, match=f"received the key .*{told}"):
        prose.rewritten(f"0.9<!-- {TASK} {path} -->", results)
    with pytest.raises(RequestError, match="chapter99_x"):
        prose.rewritten("0.9<!-- chapter99_x proof.steps -->", results)


def test_other_comments_are_left_alone(results):
    text = "<!-- pairs -->\n| 0.9 |\n<!-- /pairs -->\n"
    assert prose.rewritten(text, results) == text
