"""Training losses as a small SVG that follows a page's light and dark."""

import math
import statistics
from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, tostring

from comparisons.common import SIDES, TITLES, Name
from comparisons.results import Accuracy

WIDTH, HEIGHT = 460, 190
LEFT, RIGHT, TOP, BOTTOM = 58, 12, 24, 26
Point = tuple[float, float]
Runs = Sequence[Sequence[float]]


def losses_svg(accuracy: Accuracy) -> str:
    """Return the mean loss by epoch and its range over seeds, of both halves.

    Without losses, or where one is not a number, there is nothing to draw
    and the text is empty.
    """
    runs: dict[Name, Runs] = {side: accuracy.losses[side] for side in SIDES}
    values = [loss for each in runs.values() for run in each for loss in run]
    if not values or not all(map(math.isfinite, values)):
        return ""
    epochs = max(len(run) for each in runs.values() for run in each)
    low, high = min(values), max(values)
    span = high - low or 1.0

    def place(epoch: int, loss: float) -> Point:
        across = (epoch - 1) / max(epochs - 1, 1)
        return (
            LEFT + across * (WIDTH - LEFT - RIGHT),
            TOP + (high - loss) / span * (HEIGHT - TOP - BOTTOM),
        )

    svg = Element(
        "svg",
        {
            "viewBox": f"0 0 {WIDTH} {HEIGHT}",
            "class": "losses",
            "role": "img",
            "aria-label": "Training loss of both halves by epoch",
        },
    )
    axes(svg, low, high, epochs)
    for number, side in enumerate(SIDES):
        by_epoch = list(zip(*runs[side], strict=False))
        group = SubElement(svg, "g", {"class": side})
        most, mean, least = (
            [place(number, of(each)) for number, each in enumerate(by_epoch, 1)]
            for of in (max, statistics.fmean, min)
        )
        around = [*most, *reversed(least)]
        SubElement(group, "polygon", {"points": points(around)})
        SubElement(group, "polyline", {"points": points(mean)})
        if len(mean) == 1:  # a line of one point cannot be seen
            x, y = mean[0]
            dot = {"cx": f"{x:.1f}", "cy": f"{y:.1f}", "r": "3"}
            SubElement(group, "circle", dot)
        legend(group, number, TITLES[side])
    return tostring(svg, encoding="unicode")


def axes(svg: Element, low: float, high: float, epochs: int) -> None:
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    path = f"M{LEFT} {TOP}V{bottom}H{right}"
    SubElement(svg, "path", {"d": path, "class": "axes"})
    write(svg, LEFT - 6, TOP + 4, f"{high:.3g}", "end")
    write(svg, LEFT - 6, bottom, f"{low:.3g}", "end")
    write(svg, LEFT, bottom + 16, "1", "middle")
    if epochs > 1:
        write(svg, right, bottom + 16, str(epochs), "end")
    write(svg, (LEFT + right) / 2, bottom + 16, "epoch", "middle")
    write(svg, LEFT, TOP - 10, "training loss", "start")


def legend(group: Element, number: int, title: str) -> None:
    x, y = WIDTH - RIGHT - 170 + 85 * number, TOP - 14
    SubElement(group, "polyline", {"points": points([(x, y), (x + 22, y)])})
    write(group, x + 27, y + 4, title, "start")


def write(parent: Element, x: float, y: float, text: str, anchor: str) -> None:
    where = {"x": f"{x:g}", "y": f"{y:g}", "text-anchor": anchor}
    SubElement(parent, "text", where).text = text


def points(several: Sequence[Point]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in several)
