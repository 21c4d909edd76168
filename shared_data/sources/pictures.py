"""Photographs that arrive with scikit-image: a cat, a cup, a woman, a rocket.

The image backbone knows the first two: it was trained on ImageNet, whose
classes include the Egyptian cat and the espresso (see backbone.py). It has no
class for an astronaut's portrait.
"""

import numpy as np
from PIL import Image

from shared_data.files import DataError, package_file

PACKAGE, VERSION = "scikit-image", "0.26.0"
SHA256 = {
    "chelsea.png": (
        "596aa1e7cb875eb79f437e310381d26b338a81c2da23439704a73c4651e8c4bb"
    ),
    "coffee.png": (
        "cc02f8ca188b167c775a7101b5d767d1e71792cf762c33d6fa15a4599b5a8de7"
    ),
    "astronaut.png": (
        "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5"
    ),
    "rocket.jpg": (
        "c2dd0de7c538df8d111e479619b129464d0269d0ae5fd18ca91d33a7fdfea95c"
    ),
}


def load_picture(file_name: str) -> np.ndarray:
    """Return one photograph as it is, (H, W, 3) uint8.

    Raises:
        DataError: the file is missing, altered or unreadable.
    """
    path = f"skimage/data/{file_name}"
    file = package_file(PACKAGE, VERSION, path, SHA256[file_name])
    try:
        with Image.open(file) as picture:
            return np.array(picture.convert("RGB"))
    except OSError as error:
        raise DataError(
            f"received {file} that is no picture ({error}); expected one; run "
            f"`pip install --force-reinstall {PACKAGE}=={VERSION}`"
        ) from None


def square(picture: np.ndarray, size: int) -> np.ndarray:
    """Cut out the largest square in the middle: (size, size, 3) uint8."""
    height, width, _ = picture.shape
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    middle = Image.fromarray(picture).crop((left, top, left + side, top + side))
    return np.array(middle.resize((size, size), Image.Resampling.BICUBIC))


def to_backbone(pixels: np.ndarray) -> np.ndarray:
    """Bring pixels from 0..255 to what the backbone was trained on."""
    return (pixels.astype(np.float32) - 127) / 128


def to_pixels(images: np.ndarray) -> np.ndarray:
    """Undo `to_backbone`, and go on to [0, 1]; what lies outside is cut."""
    return np.clip((images * 128 + 127) / 255, 0, 1)


# === Showing ================================================================


def to_grey(maps: np.ndarray) -> np.ndarray:
    """Bring each map (N, H, W) to [0, 1], its own least and greatest value."""
    least = maps.min(axis=(1, 2), keepdims=True)
    greatest = maps.max(axis=(1, 2), keepdims=True)
    return (maps - least) / np.maximum(greatest - least, 1e-12)


def to_pattern(images: np.ndarray) -> np.ndarray:
    """Bring what gradient ascent made (N, H, W, 3) to [0, 1], grey as mean."""
    axes = (1, 2, 3)
    centred = images - images.mean(axis=axes, keepdims=True)
    spread = np.maximum(centred.std(axis=axes, keepdims=True), 1e-12)
    return np.clip(0.5 + centred / spread * 0.25, 0, 1)


def under_heat(images: np.ndarray, heat: np.ndarray) -> np.ndarray:
    """Lay heat maps (N, h, w) in [0, 1] over images: red is hot, blue cold.

    Returns:
        Pictures (N, H, W, 3) in [0, 1].
    """
    pictures = to_pixels(images)
    heat = resized(heat[..., np.newaxis], pictures.shape[1])
    colours = np.concatenate([heat, 1 - abs(2 * heat - 1), 1 - heat], axis=-1)
    return np.clip(0.6 * pictures + 0.4 * colours, 0, 1)


def resized(images: np.ndarray, size: int) -> np.ndarray:
    """Resize (N, H, W, C) to (N, size, size, C), between pixels' centres.

    Bilinear with no smoothing before, as `interpolate` of PyTorch and
    `image.resize` of Keras, whose TensorFlow computes in float32.
    """
    rows = interpolation(images.shape[1], size)
    columns = interpolation(images.shape[2], size)
    return np.einsum("ah,nhwc,bw->nabc", rows, images, columns, optimize=True)


def interpolation(old: int, new: int) -> np.ndarray:
    """Return the matrix (new, old) that resizes one axis."""
    place = np.clip((np.arange(new) + 0.5) * old / new - 0.5, 0, old - 1)
    before = np.floor(place).astype(int)
    after = np.minimum(before + 1, old - 1)
    matrix = np.zeros((new, old))
    matrix[np.arange(new), before] += 1 - (place - before)
    matrix[np.arange(new), after] += place - before
    return matrix
