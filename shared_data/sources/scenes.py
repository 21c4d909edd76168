"""Scenes of several handwritten digits, and which pixel belongs to what.

They stand in for the textbook's photographs of pets, whose masks tell the
animal, the ground behind it and the border between them. Real digits are
written here in light ink of any colour over a darker ground of any colour,
and camera noise lies over both: neither brightness nor colour alone tells
ink from ground. A border of two pixels runs around every stroke.
"""

from dataclasses import dataclass

import numpy as np

from shared_data.sources.digits import Digits

# The classes of a pixel, in the order of the textbook's pets.
OBJECT, GROUND, BORDER = range(3)
CLASSES = 3

# The ground's channels lie below; ink is brighter than the ground by more.
BRIGHTEST_GROUND = 128.0
CONTRAST = 60.0
# Standard deviation of the noise on every channel of every pixel.
NOISE = 8.0
# Pixels that are at least half ink belong to the digit.
HALF_INK = 128
BORDER_WIDTH = 2
# A place is drawn this often before a digit is left out of a full scene.
TRIES = 20


@dataclass(frozen=True)
class Scenes:
    """Images (N, size, size, 3) uint8; classes of pixels (N, size, size)."""

    images: np.ndarray
    masks: np.ndarray  # uint8

    def __len__(self) -> int:
        return len(self.masks)


def draw_scenes(
    digits: Digits,
    scenes: int,
    size: int,
    most: int,
    generator: np.random.Generator,
) -> Scenes:
    """Draw scenes of `size` x `size` pixels with 1 to `most` digits each.

    The digits of one scene keep apart; each is drawn from all of `digits`.
    """
    images = np.empty((scenes, size, size, 3), np.uint8)
    ink = np.zeros((scenes, size, size), bool)
    for image, written in zip(images, ink, strict=True):
        image[:] = draw_scene(digits, size, most, generator, written)
    masks = np.full(ink.shape, GROUND, np.uint8)
    masks[thickened(ink, BORDER_WIDTH)] = BORDER
    masks[ink] = OBJECT
    return Scenes(images, masks)


def draw_scene(
    digits: Digits,
    size: int,
    most: int,
    generator: np.random.Generator,
    written: np.ndarray,
) -> np.ndarray:
    """Return one image (size, size, 3) uint8; mark in `written` where ink is.

    `written` (size, size) is False everywhere to begin with.
    """
    image = draw_ground(size, generator)
    taken = np.zeros((size, size), bool)
    for _ in range(generator.integers(1, most, endpoint=True)):
        digit = cut_out(digits.images[generator.integers(len(digits))])
        height, width = digit.shape
        for _ in range(TRIES):
            top = generator.integers(size - height, endpoint=True)
            left = generator.integers(size - width, endpoint=True)
            box = np.s_[top : top + height, left : left + width]
            if not taken[box].any():
                break
        else:
            continue
        taken[box] = True
        written[box] = digit >= HALF_INK
        share = digit[..., np.newaxis] / 255
        colour = draw_ink(image[box].mean(), generator)
        image[box] = share * colour + (1 - share) * image[box]
    image += generator.normal(0, NOISE, image.shape)
    return np.clip(image, 0, 255).round().astype(np.uint8)


def cut_out(digit: np.ndarray) -> np.ndarray:
    """Return a digit (28, 28) without the empty rows and columns around it."""
    rows, columns = (np.flatnonzero(digit.any(axis=axis)) for axis in (1, 0))
    return digit[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def draw_ground(size: int, generator: np.random.Generator) -> np.ndarray:
    """Return a ground (size, size, 3) that fades between four colours."""
    corners = generator.uniform(0, BRIGHTEST_GROUND, (2, 2, 3))
    along = np.linspace(0, 1, size)
    fade = np.stack([1 - along, along])  # (2, size)
    return np.einsum("ah,bw,abc->hwc", fade, fade, corners)


def draw_ink(ground: float, generator: np.random.Generator) -> np.ndarray:
    """Return a colour (3,) that is brighter than the mean of the ground."""
    while True:
        colour = generator.uniform(0, 255, 3)
        if colour.mean() >= ground + CONTRAST:
            return colour


def thickened(marks: np.ndarray, pixels: int) -> np.ndarray:
    """Mark also what lies within `pixels` of a mark, diagonals included.

    `marks` is (N, height, width), bool.
    """
    for axis in (1, 2):
        wide = marks.copy()
        for step in range(1, pixels + 1):
            ahead = [slice(None)] * 3
            behind = [slice(None)] * 3
            ahead[axis], behind[axis] = slice(step, None), slice(None, -step)
            wide[tuple(ahead)] |= marks[tuple(behind)]
            wide[tuple(behind)] |= marks[tuple(ahead)]
        marks = wide
    return marks
