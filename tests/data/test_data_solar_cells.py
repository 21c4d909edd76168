"""Pictures of solar cells: as they arrive, cached, divided; cats and dogs."""

import hashlib
import io
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from shared_data import chapter08_small_data
from shared_data.sources import solar_cells
from shared_data.sources.solar_cells import (
    Pictures,
    bundled_cells,
    cached,
    rate,
    split_by_label,
    with_channels,
)


def png(value: int, side: int = 8) -> bytes:
    stream = io.BytesIO()
    image = np.full((side, side), value, dtype=np.uint8)
    Image.fromarray(image).save(stream, "PNG")
    return stream.getvalue()


# === The package's pictures =================================================


@pytest.fixture(scope="module")
def cells(decoded) -> Pictures:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHARED_DATA_CACHE", str(decoded))
        made = bundled_cells(24)
        # From the cache now: no picture is opened again.
        patch.setattr(solar_cells, "decode_cells", None)
        kept = bundled_cells(24)
    np.testing.assert_array_equal(made.images, kept.images)
    return made


def test_cells_are_all_there(cells):
    assert cells.images.shape == (2624, 24, 24, 1)
    assert cells.images.dtype == np.uint8
    assert cells.labels.dtype == np.int64
    assert np.bincount(cells.labels).tolist() == [1803, 821]
    assert cells.labels[:5].tolist() == [1, 1, 1, 0, 1]  # of labels.csv


def test_an_altered_picture_is_refused(tmp_path, failure):
    (tmp_path / "cell.png").write_bytes(png(7))
    message = failure(
        lambda: solar_cells.decode_cells(tmp_path, ["cell.png"], 4)
    )
    assert "SHA-256" in message and "pip install" in message


def test_a_missing_picture_is_told(tmp_path, failure):
    message = failure(lambda: solar_cells.decode_cells(tmp_path, ["no"], 4))
    assert str(tmp_path / "no") in message


def test_pictures_are_decoded_in_the_tables_order(tmp_path, monkeypatch):
    contents = [png(value) for value in (9, 200)]
    for name, content in zip(("b", "a"), contents, strict=True):
        (tmp_path / name).write_bytes(content)
    digest = hashlib.sha256(b"".join(contents)).hexdigest()
    monkeypatch.setattr(solar_cells, "PICTURES_SHA256", digest)
    images = solar_cells.decode_cells(tmp_path, ["b", "a"], 4)
    assert images.shape == (2, 4, 4, 1)
    assert images[:, 0, 0, 0].tolist() == [9, 200]


# === The cache ==============================================================


def test_the_cache_spares_the_work_and_mends_itself(cache):
    calls = []

    def make() -> np.ndarray:
        calls.append(1)
        return np.arange(6, dtype=np.uint8).reshape(2, 3)

    first = cached("six", make)
    np.testing.assert_array_equal(cached("six", make), first)
    assert len(calls) == 1
    names = ["six.npy", "six.npy.sha256"]
    assert sorted(path.name for path in cache.iterdir()) == names
    for damage in (b"", b"broken", (cache / "six.npy").read_bytes()[:-1]):
        (cache / "six.npy").write_bytes(damage)
        np.testing.assert_array_equal(cached("six", make), first)
    (cache / "six.npy.sha256").unlink()
    np.testing.assert_array_equal(cached("six", make), first)
    assert len(calls) == 5
    np.testing.assert_array_equal(cached("six", make), first)
    assert len(calls) == 5


def test_the_cache_never_unpickles(cache):
    made = np.zeros(3)
    cached("three", lambda: made)
    stream = io.BytesIO()
    np.save(stream, np.array([{}], dtype=object))
    (cache / "three.npy").write_bytes(stream.getvalue())
    np.testing.assert_array_equal(cached("three", lambda: made), made)


# === The draw ===============================================================


def test_both_parts_have_the_pools_share_of_each_label():
    labels = np.array([0] * 69 + [1] * 31)
    train, test = split_by_label(labels, 60, 30, seed=3)
    assert (len(train), len(test)) == (60, 30)
    assert set(train).isdisjoint(test)
    assert abs(labels[train].sum() - 18.6) <= 1
    assert abs(labels[test].sum() - 9.3) <= 1
    # Shuffled: no label comes in a row at either end.
    assert 0 < labels[train][:20].sum() < 20


def test_grey_becomes_colour_and_colour_grey():
    grey = Pictures(np.array([[[[7]]]], np.uint8), np.array([1]))
    assert with_channels(grey, 3).images.ravel().tolist() == [7, 7, 7]
    assert with_channels(grey, 1) is not None
    colour = Pictures(np.array([[[[255, 0, 0]]]], np.uint8), np.array([1]))
    assert with_channels(colour, 1).images.ravel().tolist() == [76]
    assert with_channels(colour, 3).images.ravel().tolist() == [255, 0, 0]


# === Cats and dogs ==========================================================


@pytest.fixture
def archive(tmp_path, monkeypatch) -> Path:
    """Lay out six readable pictures of each kind; one more is damaged."""
    file = tmp_path / "kagglecatsanddogs_5340.zip"
    with zipfile.ZipFile(file, "w") as target:
        for kind, value in (("Cat", 10), ("Dog", 200)):
            for number in range(7):
                content = b"" if number == 2 else png(value + number, 5)
                target.writestr(f"PetImages/{kind}/{number}.jpg", content)
        target.writestr("PetImages/Cat/Thumbs.db", b"\0")
    monkeypatch.setattr(solar_cells, "BOOK_EACH", 5)
    monkeypatch.setattr(solar_cells, "book_file", lambda *_: file)
    return file


def test_cats_and_dogs_skip_what_cannot_be_read(archive, cache):
    pool = solar_cells.book_cats_and_dogs(3)
    assert pool.images.shape == (10, 3, 3, 3)
    assert pool.labels.tolist() == [0] * 5 + [1] * 5
    values = pool.images[:, 0, 0, 0].tolist()
    assert values == [10, 11, 13, 14, 15, 200, 201, 203, 204, 205]


def test_cats_and_dogs_are_drawn_for_the_task(archive, cache):
    config = replace(
        chapter08_small_data.BOOK, pixels=4, train_samples=6, test_samples=4
    )
    data = chapter08_small_data.load_data(config, "book")
    assert data.train.inputs.shape == (6, 4, 4, 3)
    assert data.train.targets.sum() == 3
    dogs = data.test.inputs[:, 0, 0, :1] > 100
    np.testing.assert_array_equal(dogs, data.test.targets == 1)


def test_too_few_cats_and_dogs_are_told(archive, cache, failure, monkeypatch):
    monkeypatch.setattr(solar_cells, "BOOK_EACH", 9)
    message = failure(lambda: solar_cells.book_cats_and_dogs(3))
    assert " with 6 pictures up to the last Cat; expected 9;" in message


# === The scores =============================================================


def test_the_roc_area_counts_pairs_in_the_right_order():
    labels = np.array([[0], [0], [1], [1]])
    logits = np.array([[-2.0], [0.5], [0.2], [3.0]])
    # Pairs (broken, whole): 0.2 against -2 and 0.5, 3 against both.
    assert rate(logits, labels) == {
        "ROC area": 0.75,
        "balanced accuracy": 0.75,
        "accuracy": 0.75,
    }
    assert rate(-logits, labels)["ROC area"] == 0.25
