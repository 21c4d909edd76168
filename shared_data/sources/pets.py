"""Photographs of pets and their masks: Oxford-IIIT Pet, for `book` alone."""

import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from shared_data.files import DataError, book_file
from shared_data.sources.scenes import Scenes

BOOK_URL = "https://www.robots.ox.ac.uk/~vgg/data/pets/data/"
IMAGES = "images.tar.gz"
MASKS = "annotations.tar.gz"


def book_pets(size: int) -> Scenes:
    """Return 7,390 pets, resized to `size` x `size`, sorted by file name.

    The file's trimaps say 1 for the pet, 2 for the ground and 3 for the
    border between them; here they begin at 0, as the textbook has them.

    Raises:
        DataError: a file cannot be had, or is not the right one.
    """
    masks = dict(read_pictures(MASKS, "annotations/trimaps/", ".png", size))
    images = dict(read_pictures(IMAGES, "images/", ".jpg", size))
    names = sorted(masks.keys() & images.keys())
    if not names:
        raise DataError(
            f"received no pet with a mask in {IMAGES} and {MASKS}; expected "
            "7,390; delete both in the cache folder and run again"
        )
    return Scenes(
        images=np.stack([images[name] for name in names]),
        masks=np.stack([masks[name] for name in names]) - np.uint8(1),
    )


def read_pictures(
    archive: str, folder: str, ending: str, size: int
) -> Iterator[tuple[str, np.ndarray]]:
    """Yield the name and the pixels, uint8, of each picture in an archive.

    Masks (size, size) are not interpolated: between class 1 and class 3 there
    is no class 2.

    Raises:
        DataError: the archive cannot be had, or is not the right one.
    """
    from PIL import Image, UnidentifiedImageError

    masks = ending == ".png"
    way = Image.Resampling.NEAREST if masks else Image.Resampling.BILINEAR
    file = book_file(f"pets_{archive}", BOOK_URL + archive, is_whole=is_whole)
    # Read from front to end, as a stream: nothing is ever extracted.
    with tarfile.open(file, "r|gz") as members:
        for member in members:
            path = Path(member.name)
            if not member.name.startswith(folder) or path.suffix != ending:
                continue
            stream = members.extractfile(member)
            if stream is None or path.name.startswith("._"):
                continue
            try:
                picture = Image.open(stream).convert("L" if masks else "RGB")
            except UnidentifiedImageError:
                raise DataError(
                    f"received {member.name} in {file} that is no picture; "
                    f"expected one; delete {file} and run again"
                ) from None
            yield path.stem, np.asarray(picture.resize((size, size), way))


def is_whole(file: Path) -> bool:
    """Whether the archive can be read to its end."""
    try:
        with tarfile.open(file, "r|gz") as archive:
            for _ in archive:
                pass
    except (tarfile.TarError, EOFError, OSError, zlib.error):
        return False
    return True
