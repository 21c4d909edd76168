"""The numbered words of chapter 11.3.3: padded behind, never empty."""

from dataclasses import replace

import numpy as np
import pytest

from shared_data import Data, chapter11_bilstm
from shared_data.chapter11_bilstm import QUICK, load_data
from shared_data.sources.numbered_texts import to_arrays
from shared_data.sources.reviews import Reviews
from shared_data.sources.vocabulary import learn_vocabulary


@pytest.fixture(scope="module")
def data() -> Data:
    config = replace(QUICK, train_samples=900, test_samples=300, words=700)
    return load_data(config)


def test_words_come_first_and_padding_behind(data):
    for arrays, samples in ((data.train, 900), (data.test, 300)):
        assert arrays.inputs.shape == (samples, QUICK.length)
        assert arrays.inputs.dtype == np.int32
        assert arrays.targets.shape == (samples, 1)
        assert set(np.unique(arrays.targets)) == {0, 1}
        assert arrays.inputs.min() == 0
        assert arrays.inputs.max() < 700
        is_word = arrays.inputs != 0
        lengths = is_word.sum(axis=1)
        # Packing needs a word in every text, and none behind the padding.
        assert lengths.min() >= 1
        places = np.arange(QUICK.length)
        np.testing.assert_array_equal(is_word, places < lengths[:, np.newaxis])
        assert len(np.unique(lengths)) > 20


def test_the_vocabulary_knows_the_training_texts_alone():
    train = Reviews(["good good film", "bad film"], np.array([1, 0]))
    vocabulary = learn_vocabulary(train.texts, 100)
    config = replace(QUICK, length=4)
    test = Reviews(["Film of films", "!", "bad " * 9], np.array([1, 0, 0]))
    arrays = to_arrays(test, vocabulary, config)
    film, bad = (vocabulary.number(word) for word in ("film", "bad"))
    assert arrays.inputs.tolist() == [[film, 1, 1, 0], [1, 0, 0, 0], 4 * [bad]]
    assert arrays.targets.tolist() == [[1], [0], [0]]


def test_the_words_are_shown_by_number(data):
    words = data.more["words"]
    assert len(words) == 700
    assert words[2] == "the"


def test_the_baseline_is_the_commoner_verdict(data):
    commoner = round(float(data.train.targets.mean()))
    expected = float((data.test.targets == commoner).mean())
    assert chapter11_bilstm.baseline(data) == pytest.approx(expected)


def test_other_data_are_refused():
    with pytest.raises(ValueError, match="received data='imdb'"):
        load_data(replace(QUICK, sentences=False), "imdb")
