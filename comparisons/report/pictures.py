"""Draws what the halves show of their trained models, side by side.

An exhibit is named "kind/name" or "kind/panel/label". Kinds: `images` (N, H,
W) or (N, H, W, 3) from 0 to 1, `matrix` (R, C), `scatter` (N, 3: x, y,
class), `curve` and `series` (T,), of which those of one panel share axes, and
`text`, which needs no drawing.
"""

import io
from typing import Any

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from comparisons.common import SIDES, TITLES, Name
from comparisons.sides.wire import Exhibits, State

matplotlib.use("Agg")

MOST = 8  # pictures of one montage
# Bytes of a picture that git carries; the first quality that fits is taken.
LARGEST = 80_000
QUALITIES = (90, 80, 70, 60, 50, 40, 30)


def webp(picture: Image.Image, largest: int = LARGEST) -> bytes:
    """Return a picture as WebP of at most so many bytes.

    It is made smaller where the lowest quality does not suffice.
    """
    picture = picture.convert("RGB")
    while True:
        for quality in QUALITIES:
            stream = io.BytesIO()
            picture.save(stream, "WEBP", quality=quality, method=4)
            if stream.tell() <= largest:
                return stream.getvalue()
        width, height = picture.size
        picture = picture.resize((max(1, width * 3 // 4),
                                  max(1, height * 3 // 4)))  # fmt: skip


def encoded(figure: Any, dpi: int, largest: int = LARGEST) -> bytes:
    """Return a figure of matplotlib as WebP of at most so many bytes."""
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=dpi)
    with Image.open(stream) as drawn:
        return webp(drawn, largest)


def texts(exhibits: Exhibits) -> dict[str, dict[Name, list[str]]]:
    """Return the texts by name and half."""
    found: dict[str, dict[Name, list[str]]] = {}
    for side, shown in exhibits.items():
        for key, lines in shown.items():
            kind, _, name = key.partition("/")
            if kind == "text":
                each = found.setdefault(name, {})
                each[side] = [str(line) for line in np.atleast_1d(lines)]
    return found


def panels(exhibits: Exhibits) -> dict[tuple[str, str], list[str]]:
    """Return the keys of each panel, in the order in which halves name them."""
    found: dict[tuple[str, str], list[str]] = {}
    for shown in exhibits.values():
        for key in shown:
            kind, _, name = key.partition("/")
            if kind in ("curve", "series"):
                name = name.rpartition("/")[0]
            if kind in DRAW and key not in found.setdefault((kind, name), []):
                found[kind, name].append(key)
    return found


def picture(exhibits: Exhibits) -> bytes | None:
    """Return a WebP of all panels, Keras left and PyTorch right, or None."""
    rows = panels(exhibits)
    if not rows:
        return None
    heights = [
        shape_of(exhibits, keys[0]) if kind == "images" else 2.8
        for (kind, _), keys in rows.items()
    ]
    size = (10, sum(heights) + 0.4 * len(rows))
    figure = Figure(figsize=size, layout="constrained")
    axes = figure.subplots(len(rows), 2, height_ratios=heights, squeeze=False)
    for row, ((kind, name), keys) in zip(axes, rows.items(), strict=True):
        for side, axis in zip(SIDES, row, strict=True):
            axis.set_title(f"{TITLES[side]}: {name}", fontsize=9)
            shown = exhibits[side]
            DRAW[kind](axis, {k: shown[k] for k in keys if k in shown})
        if kind in ("curve", "series", "scatter"):
            share_limits(row)
    return encoded(figure, 100)


def shape_of(exhibits: Exhibits, key: str) -> float:
    """Return the height in inches of a montage five inches wide."""
    for shown in exhibits.values():
        if key in shown:
            count, height, width = np.shape(shown[key])[:3]
            return max(0.5, 4.6 * height / (min(count, MOST) * width))
    return 1.0


def share_limits(row: Any) -> None:
    for get, put in (("get_xlim", "set_xlim"), ("get_ylim", "set_ylim")):
        limits = [getattr(axis, get)() for axis in row]
        for axis in row:
            getattr(axis, put)(
                min(low for low, _ in limits), max(high for _, high in limits)
            )


# === One panel ==============================================================


def draw_images(axis: Any, shown: State) -> None:
    for images in shown.values():
        strip = np.concatenate(list(images[:MOST]), axis=1)
        axis.imshow(np.clip(strip, 0, 1), cmap="gray", vmin=0, vmax=1)
    axis.set_axis_off()


def draw_matrix(axis: Any, shown: State) -> None:
    for matrix in shown.values():
        image = axis.imshow(matrix, cmap="viridis", aspect="auto")
        axis.figure.colorbar(image, ax=axis)


def draw_scatter(axis: Any, shown: State) -> None:
    for points in shown.values():
        x, y, kind = np.transpose(points)
        drawn = axis.scatter(x, y, c=kind, cmap="tab10", s=6, alpha=0.7)
        if len(set(kind)) > 1:
            axis.legend(*drawn.legend_elements(), fontsize=6, frameon=False)


def draw_lines(axis: Any, shown: State) -> None:
    for key, values in shown.items():
        label = key.rpartition("/")[2]
        axis.plot(range(1, len(values) + 1), values, label=label, linewidth=1)
    axis.legend(fontsize=7, frameon=False)
    axis.spines[["top", "right"]].set_visible(False)


DRAW = {
    "images": draw_images,
    "matrix": draw_matrix,
    "scatter": draw_scatter,
    "curve": draw_lines,
    "series": draw_lines,
}
