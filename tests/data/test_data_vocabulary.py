"""Vocabularies: the same numbers for everyone, and none from the test set."""

from dataclasses import replace

import numpy as np
import pytest

from shared_data import chapter11_transformer
from shared_data.chapter11_transformer import QUICK
from shared_data.sources.numbered_texts import to_arrays
from shared_data.sources.reviews import Reviews, bundled_sentences
from shared_data.sources.vocabulary import (
    WORDS_AND_MARKS,
    learn_vocabulary,
)

TEXTS = ["I don't, like. b A", "like a c 'quoted' día"]


def test_words_stand_in_the_order_of_frequency_then_of_the_alphabet():
    vocabulary = learn_vocabulary(TEXTS, 6, marks=("[end]",))
    assert vocabulary.words == ["[pad]", "[unknown]", "[end]", "a", "like", "b"]
    assert learn_vocabulary(TEXTS[::-1], 6, ("[end]",)).words == (
        vocabulary.words
    )
    assert len(vocabulary) == 6


def test_apostrophes_stay_within_words_and_quotation_marks_go():
    words = learn_vocabulary(TEXTS, 100).words
    assert {"don't", "quoted", "día"} <= set(words)
    assert "," not in words
    assert "," in learn_vocabulary(TEXTS, 100, pattern=WORDS_AND_MARKS).words


def test_texts_are_cut_and_padded_at_the_end():
    vocabulary = learn_vocabulary(TEXTS, 6)
    table = vocabulary.encode(["A like zzz", "b like a a a a", ""], 4)
    a, like, b = (vocabulary.number(word) for word in ("a", "like", "b"))
    assert table.dtype == np.int32
    assert table.tolist() == [[a, like, 1, 0], [b, like, a, a], [0] * 4]


def test_a_mark_in_a_text_is_no_mark():
    vocabulary = learn_vocabulary(TEXTS, 6)
    assert vocabulary.encode(["[pad] a"], 2).tolist() == [[1, 2]]


@pytest.fixture(scope="module")
def few():
    return chapter11_transformer.load_data(
        replace(QUICK, train_samples=500, test_samples=200, words=900)
    )


def test_sentences_become_numbered_words(few):
    assert few.train.inputs.shape == (500, QUICK.length)
    assert few.test.targets.shape == (200, 1)
    assert few.train.inputs.dtype == np.int32
    assert few.train.inputs.max() == 899
    assert len(few.more["words"]) == 900
    # Padding only behind the last word, and never everywhere.
    for part in (few.train, few.test):
        is_word = part.inputs != 0
        assert is_word[:, 0].all()
        assert not (is_word[:, 1:] & ~is_word[:, :-1]).any()


def test_words_of_the_test_set_alone_are_unknown():
    vocabulary = learn_vocabulary(["good film"], 10)
    reviews = Reviews(["bad film", "..."], np.array([0, 1]))
    arrays = to_arrays(reviews, vocabulary, replace(QUICK, length=3))
    film = vocabulary.number("film")
    assert arrays.inputs.tolist() == [[1, film, 0], [1, 0, 0]]


def test_no_sentence_stands_twice():
    texts = [text.lower() for text in bundled_sentences().texts]
    assert len(texts) == len(set(texts)) == 8_530


def test_the_baseline_is_the_commoner_verdict(few):
    assert 0.4 < chapter11_transformer.baseline(few) < 0.6
