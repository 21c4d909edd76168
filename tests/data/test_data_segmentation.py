"""Scenes of digits, photographs of pets, and the masks of both."""

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from shared_data import (
    Arrays,
    Data,
    DataError,
    chapter09_segmentation,
    files,
)
from shared_data.sources import pets
from shared_data.sources.digits import Digits
from shared_data.sources.scenes import (
    BORDER,
    GROUND,
    OBJECT,
    draw_scenes,
    thickened,
)

FEW = replace(
    chapter09_segmentation.QUICK, train_samples=60, test_samples=30, epochs=1
)


def ring(fill: int = 255) -> Digits:
    """One digit that is easy to find again: a ring of 12 pixels, a zero."""
    image = np.zeros((1, 28, 28), np.uint8)
    image[0, 8:20, 9:21] = fill
    image[0, 11:17, 12:18] = 0
    return Digits(image, np.zeros(1, np.int64))


# === Scenes =================================================================


def test_no_test_scene_shows_a_training_digit(monkeypatch):
    drawn: list[Digits] = []

    def remember(digits, *rest):
        drawn.append(digits)
        return draw_scenes(digits, *rest)

    monkeypatch.setattr(chapter09_segmentation, "draw_scenes", remember)
    chapter09_segmentation.load_data(FEW)
    train, test = ({image.tobytes() for image in d.images} for d in drawn)
    assert len(train) > 3_900 and len(test) > 900
    assert not train & test


def test_the_mask_lies_where_the_ink_is():
    drawn = draw_scenes(ring(), 20, 32, 1, np.random.default_rng(0))
    for image, mask in zip(drawn.images, drawn.masks, strict=True):
        ink = mask == OBJECT
        assert ink.sum() == 12 * 12 - 6 * 6
        rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
        assert rows[-1] - rows[0] == columns[-1] - columns[0] == 11
        brightness = image.mean(axis=-1)
        assert brightness[ink].min() > brightness[mask == GROUND].mean() + 20
        # Two pixels around, fewer at the edge of the picture, and two within.
        assert np.array_equal(
            mask == BORDER, thickened(ink[np.newaxis], 2)[0] & ~ink
        )
        middle = mask[
            rows[0] + 3 : rows[0] + 9, columns[0] + 3 : columns[0] + 9
        ]
        assert np.count_nonzero(middle == GROUND) == 4


def test_faint_ink_is_drawn_but_belongs_to_no_digit():
    drawn = draw_scenes(ring(127), 5, 32, 1, np.random.default_rng(0))
    assert np.all(drawn.masks == GROUND)


def test_digits_of_a_scene_keep_apart():
    drawn = draw_scenes(ring(), 30, 40, 3, np.random.default_rng(0))
    whole = 12 * 12 - 6 * 6
    counts = np.count_nonzero(drawn.masks == OBJECT, axis=(1, 2)) / whole
    assert set(counts) == {1.0, 2.0, 3.0}


def test_the_baseline_finds_one_class_of_three():
    targets = np.array([[[1, 1], [1, 0]]])
    data = Data(
        train=Arrays(np.zeros((1, 2, 2, 3)), targets),
        test=Arrays(np.zeros((1, 2, 2, 3)), np.array([[[1, 2], [1, 0]]])),
    )
    # Ground: 2 pixels of a union of 4; the others: none.
    assert chapter09_segmentation.baseline(data) == pytest.approx(0.5 / 3)


# === Pets ===================================================================


def picture(pixels: np.ndarray, form: str) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, form)
    return stream.getvalue()


@pytest.fixture
def pets_cache(tmp_path, monkeypatch, tar) -> Path:
    """A cache with three tiny pets, and one picture that has no mask."""
    monkeypatch.setenv("SHARED_DATA_CACHE", str(tmp_path))
    trimap = np.repeat([[1, 1, 3, 2]], 4, axis=0).astype(np.uint8)
    photo = np.full((8, 6, 3), (200, 40, 90), np.uint8)
    names = ["cat_2", "cat_1", "dog_1"]
    photos = {
        f"images/{name}.jpg": picture(photo, "JPEG")
        for name in (*names, "spare")
    }
    masks = {
        f"annotations/trimaps/{name}.png": picture(trimap, "PNG")
        for name in names
    }
    others = {"annotations/trimaps/._cat_1.png": b"a Mac's", "../evil": b"x"}
    images = tmp_path / "pets_images.tar.gz"
    images.write_bytes(tar(photos | {"images/list.mat": b"no picture"}))
    annotations = tmp_path / "pets_annotations.tar.gz"
    annotations.write_bytes(tar(masks | others))
    return tmp_path


def test_pets_come_resized_with_their_masks(pets_cache):
    found = pets.book_pets(8)
    assert found.images.shape == (3, 8, 8, 3) and found.images.dtype == np.uint8
    assert found.masks.shape == (3, 8, 8) and found.masks.dtype == np.uint8
    # 1 pet, 2 ground, 3 border become 0, 1, 2; no class appears in between.
    expected = np.repeat([0, 0, 2, 1], 2)
    assert np.array_equal(found.masks[0], np.tile(expected, (8, 1)))
    assert np.abs(found.images[0].mean((0, 1)) - (200, 40, 90)).max() < 5
    assert not (pets_cache.parent / "evil").exists()


def test_an_archive_of_other_things_is_refused(pets_cache, tar):
    file = pets_cache / "pets_images.tar.gz"
    for members, told in (
        ({"images/cat_1.jpg": b"no picture"}, "that is no picture; expected"),
        ({"readme": b""}, "received no pet with a mask"),
    ):
        file.write_bytes(tar(members))
        file.with_name(f"{file.name}.sha256").unlink(missing_ok=True)
        with pytest.raises(DataError, match=told):
            pets.book_pets(8)


def test_a_broken_off_archive_is_refused(pets_cache):
    file = pets_cache / "pets_images.tar.gz"
    file.write_bytes(file.read_bytes()[:-40])
    assert not pets.is_whole(file)
    with pytest.raises(DataError, match="no readable archive"):
        files.book_file(
            file.name, pets.BOOK_URL + "images.tar.gz", is_whole=pets.is_whole
        )
