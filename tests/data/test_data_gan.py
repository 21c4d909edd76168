"""Digits with all the chance of a GAN's training, and the judge of digits."""

from dataclasses import replace

import numpy as np
import pytest

from shared_data import Data, DataError, chapter12_gan
from shared_data.chapter12_gan import (
    INK,
    PAPER,
    baseline,
    frechet_distance,
    judged,
    resized,
)

FEW = replace(chapter12_gan.QUICK, train_samples=1_200, test_samples=800)


@pytest.fixture(scope="module")
def data() -> Data:
    return chapter12_gan.load_data(FEW)


def test_every_image_brings_two_places_and_two_label_noises(data):
    for arrays, count in ((data.train, 1_200), (data.test, 800)):
        inputs = arrays.inputs
        assert inputs["images"].shape == (count, 16, 16, 1)
        assert inputs["latent"].shape == (count, 2, 128)
        assert inputs["label noise"].shape == (count, 2)
        assert {a.dtype for a in inputs.values()} == {np.dtype(np.float32)}
        assert 0 <= inputs["label noise"].min()
        assert 0.045 < inputs["label noise"].max() <= 0.05
        assert inputs["images"].min() == pytest.approx(PAPER)
        assert inputs["images"].max() == pytest.approx(INK, abs=0.005)
    latent = data.train.inputs["latent"]
    assert abs(latent.mean()) < 0.01 and abs(latent.std() - 1) < 0.01
    assert not np.array_equal(latent[:, 0], latent[:, 1])


def test_chance_follows_the_seed(data):
    again = chapter12_gan.load_data(FEW).train.inputs
    other = chapter12_gan.load_data(replace(FEW, seed=1)).train.inputs
    for name, array in data.train.inputs.items():
        assert np.array_equal(array, again[name])
        assert not np.array_equal(array, other[name])


def test_digits_are_padded_and_resized():
    digit = np.zeros((1, 28, 28), np.uint8)
    digit[0, 0, 27] = 255
    small, same, large = (
        (resized(digit, size)[0, ..., 0] - PAPER) / (INK - PAPER)
        for size in (16, 32, 64)
    )
    assert np.argwhere(small).tolist() == [[1, 14]]
    assert small[1, 14] == pytest.approx(0.25)
    assert np.argwhere(same).tolist() == [[2, 29]]
    assert same[2, 29] == pytest.approx(1)
    square = [[4, 58], [4, 59], [5, 58], [5, 59]]
    assert np.argwhere(large).tolist() == square
    for size in (0, 8, 48):
        with pytest.raises(ValueError, match=f"received size={size}; expected"):
            resized(digit, size)


def test_faces_are_refused_in_one_line():
    with pytest.raises(DataError, match="no public address") as caught:
        chapter12_gan.load_data(FEW, "book")
    assert "\n" not in str(caught.value)
    with pytest.raises(ValueError, match="received data='faces'; expected"):
        chapter12_gan.load_data(FEW, "faces")


# === The judge ==============================================================


def judge(images: np.ndarray, data: Data) -> dict[str, float]:
    return judged(images, data.test.inputs["images"], data.test.targets)


def test_the_distance_of_normal_clouds_is_the_known_one():
    generator = np.random.default_rng(0)
    a = generator.normal(0, 1, (200_000, 2))
    b = generator.normal((3, 0), (2, 1), (200_000, 2))
    # 3 squared between the means, (2 - 1) squared between the deviations.
    assert frechet_distance(a, b) == pytest.approx(10, rel=0.02)
    assert frechet_distance(b, a) == pytest.approx(frechet_distance(a, b))
    assert frechet_distance(a, a) == pytest.approx(0, abs=1e-9)


def test_the_judge_knows_real_digits_from_worse_ones(data):
    images = data.train.inputs["images"]
    generator = np.random.default_rng(0)
    real = judge(images, data)
    assert real["distance"] < 0.3
    assert real["confidence"] > 0.85
    assert real["classes"] > 9.5
    noise = judge(generator.random(images.shape), data)
    faint = judge((images + PAPER) / 2, data)
    grainy = judge(images + generator.normal(0, 0.2, images.shape), data)
    shifted = judge(np.roll(images, 3, axis=2), data)
    for worse in (noise, faint, grainy, shifted):
        assert worse["distance"] > 3 * real["distance"]
    assert noise["distance"] > baseline(data)


def test_the_judge_sees_a_generator_that_draws_one_digit_alone(data):
    images = data.train.inputs["images"]
    sevens = judge(images[data.train.targets == 7], data)
    assert sevens["classes"] < 3
    assert sevens["distance"] > 3


def test_the_baseline_is_the_spread_of_real_digits(data):
    # One image again and again: all that is missing is the variance.
    assert 8 < baseline(data) < 11
