"""Bags of words: pieces, weights and the vocabulary of the training set."""

from dataclasses import replace

import numpy as np
import pytest

from shared_data import Arrays, Data, chapter11_bag_of_words
from shared_data.sources.bags import n_grams, occurrences, rarity
from shared_data.sources.reviews import Reviews

QUICK = chapter11_bag_of_words.QUICK
TF_IDF = chapter11_bag_of_words.VARIANTS["tf_idf"]
TRAIN = Reviews(["A good film. Good!", "A bad film"], np.array([1, 0]))
TEST = Reviews(["Good, unseen unseen"], np.array([1]))


def test_pairs_are_neighbours_and_come_after_the_words():
    words = ["not", "a", "film"]
    assert n_grams(words, 1) == words
    assert n_grams(words, 2) == [*words, "not a", "a film"]
    assert n_grams(["one"], 2) == ["one"]
    assert n_grams([], 2) == []


def test_occurrences_are_counted():
    table = occurrences([["b", "b", "x"], []], ["a", "b"], width=3)
    assert table.dtype == np.float32
    assert table.tolist() == [[0, 2, 0], [0, 0, 0]]


def test_rarity_counts_bags_and_not_occurrences():
    counts = np.array([[5, 1, 0], [1, 0, 0], [2, 0, 0]], np.float32)
    expected = np.log([1 + 3 / 4, 1 + 3 / 2, 1 + 3 / 1])
    np.testing.assert_allclose(rarity(counts), expected, rtol=1e-6)


def test_unigrams_mark_the_words_of_the_training_reviews():
    config = replace(QUICK, pieces=5)
    data = chapter11_bag_of_words.to_data(TRAIN, TEST, config)
    assert data.more["words"].tolist() == ["a", "film", "good", "bad"]
    assert data.train.inputs.dtype == np.uint8
    assert data.train.inputs.tolist() == [[1, 1, 1, 0, 0], [1, 1, 0, 1, 0]]
    assert data.test.inputs.tolist() == [[0, 0, 1, 0, 0]]
    assert data.train.targets.tolist() == [[1.0], [0.0]]


def test_tf_idf_weights_by_the_training_reviews_alone():
    config = replace(TF_IDF, pieces=4)
    data = chapter11_bag_of_words.to_data(TRAIN, TEST, config)
    # Equally frequent: "a good", "bad" and more lose to the alphabet.
    assert data.more["words"].tolist() == ["a", "film", "good", "a bad"]
    once, twice = np.log(1 + 2 / 2), np.log(1 + 2 / 3)
    assert data.train.inputs.dtype == np.float32
    np.testing.assert_allclose(
        data.train.inputs,
        [[twice, twice, 2 * once, 0], [twice, twice, 0, once]],
        rtol=1e-6,
    )
    np.testing.assert_allclose(data.test.inputs, [[0, 0, once, 0]], rtol=1e-6)


@pytest.mark.parametrize("name", ["bigrams", "tf_idf"])
def test_variants_have_pairs(name):
    config = replace(
        chapter11_bag_of_words.VARIANTS[name],
        train_samples=300,
        test_samples=100,
        pieces=2_000,
    )
    data = chapter11_bag_of_words.load_data(config)
    words = data.more["words"]
    assert data.train.inputs.shape == (300, 2_000)
    assert data.test.inputs.shape == (100, 2_000)
    assert len(set(words)) == 2_000
    pairs = [word for word in words if " " in word]
    assert "of the" in pairs and 300 < len(pairs) < 1_500
    again = chapter11_bag_of_words.load_data(config)
    assert np.array_equal(data.train.inputs, again.train.inputs)


def test_book_and_variants_keep_the_architecture():
    for config in (
        chapter11_bag_of_words.BOOK,
        *chapter11_bag_of_words.VARIANTS.values(),
    ):
        assert (config.pieces, config.dropout) == (20_000, 0.5)


def test_the_baseline_gives_the_commoner_training_verdict():
    data = Data(
        train=Arrays(np.zeros((3, 1)), np.array([[1.0], [1.0], [0.0]])),
        test=Arrays(np.zeros((4, 1)), np.array([[1.0], [0.0], [0.0], [0.0]])),
    )
    assert chapter11_bag_of_words.baseline(data) == 0.25


def test_an_unknown_data_set_is_refused():
    with pytest.raises(ValueError, match="received data='imdb'; expected"):
        chapter11_bag_of_words.load_data(QUICK, "imdb")
