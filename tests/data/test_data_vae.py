"""Digits with noise for the autoencoder, and the map of its plane."""

from dataclasses import replace

import numpy as np
import pytest

from shared_data import Arrays, Data, chapter08_digits_convnet, chapter12_vae
from shared_data.chapter12_vae import (
    LATENT,
    PLACES,
    REACH,
    latent_grid,
    tiled,
)

FEW = replace(chapter12_vae.QUICK, train_samples=200, test_samples=100)


@pytest.fixture(scope="module")
def data() -> Data:
    return chapter12_vae.load_data(FEW)


def test_every_image_has_noise_of_its_own_and_is_its_own_target(data):
    for arrays, count in ((data.train, 200), (data.test, 100)):
        assert arrays.inputs["images"].shape == (count, 28, 28, 1)
        assert arrays.inputs["noise"].shape == (count, LATENT)
        assert np.array_equal(arrays.targets, arrays.inputs["images"])
        for array in (arrays.targets, arrays.inputs["noise"]):
            assert array.dtype == np.float32
    noise = np.concatenate([a.inputs["noise"] for a in (data.train, data.test)])
    assert len(np.unique(noise, axis=0)) == 300
    assert np.abs(noise.mean(axis=0)).max() < 0.2
    assert np.abs(noise.std(axis=0) - 1).max() < 0.15


def test_digits_of_the_test_images_come_along(data):
    config = replace(
        chapter08_digits_convnet.QUICK, train_samples=200, test_samples=100
    )
    labelled = chapter08_digits_convnet.load_data(config).test
    assert np.array_equal(data.test.targets, labelled.inputs)
    assert np.array_equal(data.more["test digits"], labelled.targets)


def test_noise_follows_the_seed(data):
    again = chapter12_vae.load_data(FEW)
    other = chapter12_vae.load_data(replace(FEW, seed=1))
    noise = data.train.inputs["noise"]
    assert np.array_equal(noise, again.train.inputs["noise"])
    assert not np.array_equal(noise, other.train.inputs["noise"])


def test_the_baseline_is_the_cross_entropy_of_the_mean_image():
    def arrays(*inked: int) -> Arrays:
        images = np.zeros((len(inked), 28, 28, 1), np.float32)
        images[:, 0, 0, 0] = inked
        noise = np.zeros((len(inked), 2), np.float32)
        return Arrays({"images": images, "noise": noise}, images)

    data = Data(train=arrays(1, 1, 1, 0), test=arrays(1, 0))
    one = -(np.log(0.75) + np.log(0.25)) / 2
    rest = -783 * np.log(1 - 1e-3)
    assert chapter12_vae.baseline(data) == pytest.approx(one + rest, rel=1e-5)


def test_the_grid_runs_from_the_upper_left_to_the_lower_right():
    grid = latent_grid()
    assert grid.shape == (PLACES**2, LATENT) and grid.dtype == np.float32
    assert grid[0].tolist() == [-REACH, REACH]
    assert grid[PLACES - 1].tolist() == [REACH, REACH]
    assert grid[-1].tolist() == [REACH, -REACH]
    assert grid[PLACES**2 // 2].tolist() == [0, 0]


def test_tiles_lie_where_the_grid_says():
    images = np.arange(PLACES**2).reshape(-1, 1, 1, 1) * np.ones((1, 3, 2, 1))
    picture = tiled(images)
    assert picture.shape == (1, 3 * PLACES, 2 * PLACES)
    assert np.all(picture[0, :3, :2] == 0)
    assert np.all(picture[0, :3, 2:4] == 1)
    assert np.all(picture[0, 3:6, :2] == PLACES)


def test_an_unknown_data_set_is_refused():
    with pytest.raises(ValueError, match="received data='faces'; expected"):
        chapter12_vae.load_data(FEW, "faces")
