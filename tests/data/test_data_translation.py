"""Sentence pairs: right Spanish and Korean, numbers that read back, no leak."""

import zipfile
from datetime import time
from random import Random

import numpy as np
import pytest

from shared_data import DataError
from shared_data.sources.dates_and_numbers import (
    a_las,
    any_count,
    clock,
    ends_in_consonant,
    generate_sentences,
    money,
    unit,
)
from shared_data.sources.translation import (
    Pairs,
    learn_languages,
    load_pairs,
    read_pairs,
    text_of,
    to_arrays,
    translation_scores,
)


@pytest.fixture(scope="module")
def sentences():
    return generate_sentences(600, seed=3)


# === The sentences ==========================================================


def test_sentences_are_the_same_for_a_seed_and_all_different(sentences):
    assert sentences == generate_sentences(600, seed=3)
    assert sentences != generate_sentences(600, seed=4)
    assert len({sentence.english for sentence in sentences}) == 600


def test_clocks_differ():
    assert [" ".join(text.split()) for text in clock(time(15, 5))] == [
        "3:05 PM",
        "15:05",
        "오후 3시 5분",
    ]
    assert clock(time(0, 0))[1:] == ("0:00", "오전 12시")
    assert (a_las(time(1, 5)), a_las(time(13, 5))) == ("a la", "a las")


def test_points_and_commas_change_places():
    english, spanish, korean = money(12345.5, "EUR")
    assert english == korean == "€12,345.50"
    assert " ".join(spanish.split()) == "12.345,50 €"
    assert unit(12.5, "mass-kilogram") == (
        "12.5 kilograms",
        "12,5 kilogramos",
        "12.5킬로그램",
    )
    assert unit(3, "duration-day") == ("3 days", "3 días", "3일")


def test_particles_follow_the_last_sound():
    assert ends_in_consonant("삼십칠")  # 칠은, 칠을
    assert not ends_in_consonant("이백구")  # 구는, 구를
    found = {s.english: s.korean for s in generate_sentences(9_000, 0)}
    assert (
        found["the number 229 is written two hundred and twenty-nine."]
        == "숫자 229는 이백이십구라고 씁니다."
    )


def test_no_spanish_count_before_a_noun_ends_in_uno():
    counts = [any_count(Random(seed), 39) for seed in range(300)]
    assert {count % 10 for count in counts} == {0, *range(2, 10)}


# === Pairs and numbers ======================================================


def test_no_english_sentence_stands_in_both_halves():
    train, test = load_pairs("bundled", 500, 200, seed=0)
    assert (len(train), len(test)) == (500, 200)
    assert not set(train.english) & set(test.english)
    assert set(test.languages) == {"spanish", "korean"}


def test_arrays_are_one_piece_apart_and_read_back():
    train, test = load_pairs("bundled", 2_000, 50, seed=0)
    languages = learn_languages(train, 200, 350)
    arrays = to_arrays(test, languages, 20, 28)
    target, targets = arrays.inputs["target"], arrays.targets
    assert target.shape == targets.shape == (50, 28)
    assert arrays.inputs["source"].shape == (50, 20)
    np.testing.assert_array_equal(
        target[:, 1:] * (targets[:, :-1] != 0), targets[:, :-1]
    )
    words = np.array(languages.target.words)
    marks = {f"[{language}]" for language in test.languages}
    assert set(words[target[:, 0]]) == marks
    for row, text in zip(targets, test.translations, strict=True):
        assert text_of(row, words) == text.lower()


def test_scores_of_a_perfect_translation():
    texts = ["la clase dura 3 días.", "수업은 3일 동안 계속됩니다."]
    scores = translation_scores(texts, texts)
    assert scores == pytest.approx(
        {"exact match": 1.0, "BLEU": 100.0, "chrF": 100.0}
    )
    assert translation_scores(["x"], ["y"])["exact match"] == 0.0


# === The textbook's file ====================================================


def test_the_textbooks_pairs_keep_one_translation_of_each_sentence(tmp_path):
    file = tmp_path / "spa-eng.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(
            "spa-eng/spa.txt", "Go.\tVe.\nGo.\tVete.\nHi.\tHola.\n"
        )
    assert read_pairs(file) == Pairs(
        ["Go.", "Hi."], ["spanish", "spanish"], ["Ve.", "Hola."]
    )


def test_a_zip_without_the_pairs_is_told_in_one_line(tmp_path):
    file = tmp_path / "spa-eng.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("other.txt", "x")
    with pytest.raises(DataError, match="expected spa-eng/spa.txt in it"):
        read_pairs(file)
