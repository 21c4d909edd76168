"""Photographs of two kinds: solar cells whole or broken, or cats and dogs.

The cells glow in a dark room under current and stay black where they are
broken. They come as `elpv-dataset`, whose pictures are licensed CC BY-NC-SA
4.0: they are read where pip put them and never handed on. Decoding all of
them takes seconds, so the small copies made here are kept in the cache.
"""

import hashlib
import io
import itertools
import os
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from shared_data.files import (
    DataError,
    book_file,
    cache_folder,
    new_file,
    no_room,
    package_file,
)
from shared_data.sources import check_data

BUNDLED_VERSION = "1.0.0.post1"
# Of labels.csv, and of all its pictures' bytes in the order of that table.
BUNDLED_SHA256 = (
    "0abe6fe7700aea571717d7d7dfec005a47c6207b4cde26a4556b6807a115483d"
)
PICTURES_SHA256 = (
    "23ca267689338c754ae3cc3ef36005bdbbb96f3dbeb401031e3a5e46b0dad8d5"
)
BOOK_URL = (
    "https://download.microsoft.com/download/3/E/1/"
    "3E1C3F21-ECDB-4869-8368-6DEBA77B919F/kagglecatsanddogs_5340.zip"
)
BOOK_SHA256 = "b7974bd00a84a99921f36ee4403f089853777b5ae8d151c76a86e64900334af9"
BOOK_KINDS = ("Cat", "Dog")
BOOK_EACH = 2_500  # of 12,500: as many as the textbook copies into its folders


@dataclass(frozen=True)
class Pictures:
    """Images (N, pixels, pixels, channels) uint8, labels (N,) int64.

    A label of 1 is a broken cell, or a dog.
    """

    images: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, rows: np.ndarray) -> "Pictures":
        return Pictures(self.images[rows], self.labels[rows])


def load_pictures(
    data: str,
    pixels: int,
    channels: int,
    train_samples: int,
    test_samples: int,
    seed: int,
) -> tuple[Pictures, Pictures]:
    """Return pictures to train on and pictures to test on, shuffled.

    Both come from one pool, `bundled` (2,624 solar cells) or `book` (5,000
    cats and dogs), with the same share of either kind. Where the pool is too
    small for both, both shrink by the same factor.

    Args:
        data: `bundled` or `book`.
        pixels: height and width that the pictures get.
        channels: 1 for grey, 3 for red, green and blue.
        train_samples: how many to train on.
        test_samples: how many to test on.
        seed: of the draw.

    Raises:
        ValueError: `data` is neither `bundled` nor `book`.
        DataError: a file is missing, altered or unreadable, or cannot be had.
    """
    check_data(data)
    if data == "bundled":
        pool = bundled_cells(pixels)
    else:
        pool = book_cats_and_dogs(pixels)
    train, test = split_by_label(pool.labels, train_samples, test_samples, seed)
    return (
        with_channels(pool[train], channels),
        with_channels(pool[test], channels),
    )


def bundled_cells(pixels: int) -> Pictures:
    """Return 2,624 grey pictures of solar cells, in the table's order.

    Experts gave each a probability of a defect: 0, 1/3, 2/3 or 1. Those above
    a half, 31 %, are labelled 1.

    Raises:
        DataError: a file is missing, altered or unreadable.
    """
    table = package_file(
        package="elpv-dataset",
        version=BUNDLED_VERSION,
        path="elpv_dataset/data/labels.csv",
        sha256=BUNDLED_SHA256,
    )
    # Lines such as `images/cell0001.png  1.0  mono`.
    rows = [line.split() for line in table.read_text().splitlines()]
    names = [name for name, _, _ in rows]
    images = cached(
        f"elpv-dataset-{BUNDLED_VERSION}-{pixels}px",
        lambda: decode_cells(table.parent, names, pixels),
    )
    broken = np.array([float(probability) >= 0.5 for _, probability, _ in rows])
    return Pictures(images, broken.astype(np.int64))


def decode_cells(folder: Path, names: list[str], pixels: int) -> np.ndarray:
    """Return (names, pixels, pixels, 1) uint8, after a look at all bytes.

    Raises:
        DataError: a picture is missing or altered.
    """
    remedy = (
        f"run `pip install --force-reinstall elpv-dataset=={BUNDLED_VERSION}`"
    )
    digest = hashlib.sha256()
    try:
        contents = [(folder / name).read_bytes() for name in names]
    except OSError as error:
        raise DataError(
            f"received no readable {error.filename} ({error.strerror}); "
            f"expected a picture; {remedy}"
        ) from None
    for content in contents:
        digest.update(content)
    if digest.hexdigest() != PICTURES_SHA256:
        raise DataError(
            f"received {len(names)} pictures in {folder} with SHA-256 "
            f"{digest.hexdigest()}; expected {PICTURES_SHA256} of "
            f"{BUNDLED_VERSION}; {remedy}"
        )
    return np.stack([decode(content, "L", pixels) for content in contents])


def book_cats_and_dogs(pixels: int) -> Pictures:
    """Return the first 2,500 cats and 2,500 dogs of Microsoft's 25,000.

    The textbook takes them from a competition at Kaggle, where one must log
    in; these are the same pictures, with a few that cannot be read.

    Raises:
        DataError: the file cannot be had, or is not the right one.
    """
    file = book_file("kagglecatsanddogs_5340.zip", BOOK_URL, BOOK_SHA256)
    images = cached(
        f"cats-and-dogs-{BOOK_EACH}-{pixels}px",
        lambda: decode_cats_and_dogs(file, pixels),
    )
    return Pictures(images, np.arange(len(images)) // BOOK_EACH)


def decode_cats_and_dogs(file: Path, pixels: int) -> np.ndarray:
    """Return (2 * BOOK_EACH, pixels, pixels, 3) uint8, the cats first.

    Raises:
        DataError: the archive holds too few pictures that can be read.
    """
    images: list[np.ndarray] = []
    with zipfile.ZipFile(file) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about odd notes beside the pixels
        for kind, wanted in zip(BOOK_KINDS, itertools.count(1), strict=False):
            for number in itertools.count():
                if len(images) == wanted * BOOK_EACH:
                    break
                try:
                    content = archive.read(f"PetImages/{kind}/{number}.jpg")
                    images.append(decode(content, "RGB", pixels))
                except KeyError:
                    raise DataError(
                        f"received {file} with {len(images)} pictures up to "
                        f"the last {kind}; expected {wanted * BOOK_EACH}; "
                        f"delete {file} and run again"
                    ) from None
                except OSError:
                    continue  # Pillow cannot read it, nor can anyone
    return np.stack(images)


def decode(content: bytes, mode: str, pixels: int) -> np.ndarray:
    """Return a file's picture as (pixels, pixels, channels) uint8.

    Sides are not kept in proportion, as the textbook's loader does not
    either; each new pixel is a weighted mean of all old ones that it covers.

    Raises:
        OSError: it is no picture.
    """
    with Image.open(io.BytesIO(content)) as image:
        small = image.convert(mode).resize(
            (pixels, pixels), Image.Resampling.BILINEAR
        )
    return np.atleast_3d(np.asarray(small))


def cached(name: str, make: Callable[[], np.ndarray]) -> np.ndarray:
    """Return an array from the cache; make it where it is missing or damaged.

    Beside it lies its SHA-256, in the form that `sha256sum --check` reads.

    Raises:
        DataError: the cache takes no file, or `make` fails.
    """
    file = cache_folder() / f"{name}.npy"
    lock = file.with_name(f"{file.name}.sha256")
    try:
        content = file.read_bytes()
        recorded = lock.read_text(errors="replace").partition(" ")[0]
        if hashlib.sha256(content).hexdigest() == recorded:
            return np.load(io.BytesIO(content), allow_pickle=False)
    except OSError:
        pass  # not there yet
    array = make()
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=False)
    content = stream.getvalue()
    line = f"{hashlib.sha256(content).hexdigest()}  {file.name}\n"
    try:
        for final, written in ((file, content), (lock, line.encode())):
            with new_file(final) as draft:
                draft.write_bytes(written)
                os.replace(draft, final)
    except OSError as error:
        raise no_room(file.parent, error) from None
    return array


def split_by_label(
    labels: np.ndarray, train_samples: int, test_samples: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Draw row numbers for training and testing from one pool, shuffled.

    Every label has the same share in both, to within one row. Where the pool
    is too small for both, both shrink by the same factor.

    Returns:
        Two int64 arrays without a common element, (train,) and (test,).
    """
    wanted = train_samples + test_samples
    if wanted > len(labels):
        train_samples = train_samples * len(labels) // wanted
        test_samples = test_samples * len(labels) // wanted
    generator = np.random.default_rng(seed)
    shuffled = generator.permutation(len(labels))
    # The rows of each label spread evenly from 0 to 1: sorted by that, any
    # stretch of rows has all labels in the pool's proportion.
    places = np.empty(len(labels))
    for label in np.unique(labels):
        rows = shuffled[labels[shuffled] == label]
        places[rows] = (np.arange(len(rows)) + 0.5) / len(rows)
    order = np.argsort(places, kind="stable")
    return (
        generator.permutation(order[:train_samples]),
        generator.permutation(
            order[train_samples : train_samples + test_samples]
        ),
    )


def with_channels(pictures: Pictures, channels: int) -> Pictures:
    """Return grey pictures as colours that are equal, colours as their grey.

    The weights of the colours are those of television, ITU-R BT.601.
    """
    images = pictures.images
    if images.shape[-1] < channels:
        images = images.repeat(channels, axis=-1)
    elif images.shape[-1] > channels:
        grey = images @ np.array([0.299, 0.587, 0.114])
        images = grey.round().astype(np.uint8)[..., np.newaxis]
    return Pictures(images, pictures.labels)


def rate(logits: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """Return three scores of logits (N, 1) for labels (N, 1) of 0 and 1.

    The ROC area is the share of pairs, one broken and one whole, in which the
    broken cell has the larger logit (Mann and Whitney 1947): unlike the other
    two it does not hang on where zero lies. Two of three cells are whole, so
    the balanced accuracy takes half of each kind.
    """
    positive = labels[:, 0] == 1
    ranks = np.empty(len(logits))
    ranks[np.argsort(logits[:, 0], kind="stable")] = np.arange(len(logits))
    broken, whole = positive.sum(), (~positive).sum()
    wins = ranks[positive].sum() - broken * (broken - 1) / 2
    right = (logits > 0) == labels
    return {
        "ROC area": float(wins / (broken * whole)),
        "balanced accuracy": float(
            (right[positive].mean() + right[~positive].mean()) / 2
        ),
        "accuracy": float(right.mean()),
    }
