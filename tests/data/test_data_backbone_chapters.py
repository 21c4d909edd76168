"""Solar cells for the backbone, and the grids in which a cat is looked for."""

from dataclasses import replace

import numpy as np
import pytest

from shared_data import (
    Arrays,
    Data,
    chapter08_feature_extraction,
    chapter08_fine_tuning,
    chapter09_gradcam,
)
from shared_data.chapter08_feature_extraction import scores
from shared_data.chapter09_gradcam import first_noise, share_in_quarters
from shared_data.sources.backbone import EGYPTIAN_CAT, ESPRESSO
from shared_data.sources.pictures import (
    interpolation,
    resized,
    to_grey,
    to_pattern,
    under_heat,
)

# === Solar cells ============================================================


@pytest.mark.parametrize(
    "module", (chapter08_feature_extraction, chapter08_fine_tuning)
)
def test_cells_are_colour_pictures_of_one_grey(module):
    config = replace(module.QUICK, train_samples=20, test_samples=10)
    data = module.load_data(config)
    assert data.train.inputs.shape == (20, 64, 64, 3)
    assert data.train.inputs.dtype == np.uint8
    assert np.array_equal(data.train.inputs[..., 0], data.train.inputs[..., 2])
    assert data.test.targets.shape == (10, 1)
    assert data.test.targets.dtype == np.float32
    assert set(np.unique(data.train.targets)) == {0.0, 1.0}


def test_scores_do_not_reward_the_commoner_label():
    labels = np.array([[0], [0], [0], [1]], np.float32)
    never = scores(np.zeros((4, 1), bool), labels)
    assert never == {"balanced accuracy": 0.5, "accuracy": 0.75}
    assert scores(labels > 0, labels)["balanced accuracy"] == 1
    data = Data(train=Arrays(labels, labels), test=Arrays(labels, labels))
    assert chapter08_feature_extraction.baseline(data) == 0.5


# === Grids ==================================================================


@pytest.fixture(scope="module")
def pictures() -> Data:
    config = replace(chapter09_gradcam.QUICK, size=64)
    return chapter09_gradcam.load_data(config)


def test_every_grid_is_asked_for_the_cat_and_the_espresso(pictures):
    targets = pictures.test.targets
    assert pictures.test.inputs.shape == (48, 64, 64, 3)
    assert pictures.test.inputs.dtype == np.float32
    assert targets["labels"].tolist() == [EGYPTIAN_CAT, ESPRESSO] * 24
    for label in (EGYPTIAN_CAT, ESPRESSO):
        found = targets["quarters"][targets["labels"] == label]
        assert np.bincount(found).tolist() == [6] * 4


def test_the_quarter_holds_what_the_label_says(pictures):
    images, targets = pictures.test.inputs, pictures.test.targets
    parts = images.reshape(48, 2, 32, 2, 32, 3).swapaxes(2, 3)
    found = parts.reshape(48, 4, 32, 32, 3)[range(48), targets["quarters"]]
    cats, cups = found[0::2], found[1::2]
    assert (cats == cats[0]).all() and (cups == cups[0]).all()
    assert not np.array_equal(cats[0], cups[0])
    assert (images[0] == images[1]).all()


def test_shares_of_heat(pictures):
    heat = np.zeros((2, 4, 4))
    heat[0, 0, 3] = heat[1, 3, 0] = heat[1, 0, 0] = 1
    assert share_in_quarters(heat, np.array([1, 2])).tolist() == [1, 0.5]
    assert share_in_quarters(heat, np.array([0, 3])).tolist() == [0, 0]
    assert chapter09_gradcam.baseline(pictures) == 0.25


def test_noise_follows_the_seed():
    config = chapter09_gradcam.QUICK
    noise = first_noise(config)
    assert noise.shape == (4, 96, 96, 3)
    assert np.array_equal(noise, first_noise(config))
    assert not np.array_equal(noise, first_noise(replace(config, seed=1)))


# === Showing ================================================================


def test_resizing_keeps_what_is_linear():
    ramp = np.linspace(0, 1, 8)
    images = np.broadcast_to(ramp[:, np.newaxis, np.newaxis], (2, 8, 8, 3))
    assert np.allclose(interpolation(8, 8), np.eye(8))
    assert np.allclose(interpolation(8, 24).sum(axis=1), 1)
    large = resized(images, 24)
    assert large.shape == (2, 24, 24, 3)
    # Between the centres of the first and the last pixel it stays a ramp.
    assert np.allclose(np.diff(large[0, 1:23, 0, 0]), 1 / 7 / 3)
    assert np.allclose(resized(large, 8), images, atol=1e-12)


def test_what_is_shown_lies_between_0_and_1():
    generator = np.random.default_rng(0)
    images = generator.normal(size=(2, 16, 16, 3))
    for shown in (
        to_grey(images[..., 0]),
        to_pattern(images),
        under_heat(images, np.array([[[0.0, 1.0], [0.5, 0.2]]] * 2)),
    ):
        assert shown.min() >= 0 and shown.max() <= 1
        assert len(shown) == 2
    assert to_grey(np.ones((1, 2, 2))).max() == 0
