"""Pictures of results."""

import math
import statistics
from collections.abc import Sequence

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from comparisons.common import SIDES, TITLES
from comparisons.records import Accuracy
from comparisons.report.pictures import encoded
from comparisons.results import Result

matplotlib.use("Agg")

# Okabe and Ito's colours: every eye can tell them apart, and neither of the
# two suggests a winner.
COLOURS = {"keras": "#0072B2", "torch": "#E69F00"}
MARKERS = {"keras": "o", "torch": "s"}
LINES = {"keras": "-", "torch": "--"}
LARGEST = 140_000  # bytes of the picture of all tasks


def curves(results: Sequence[Result]) -> bytes:
    """Return a WebP of the training losses of results that have accuracy."""
    columns = min(len(results), 4)
    rows = math.ceil(len(results) / columns)
    figure = Figure(figsize=(4.6 * columns, 3.4 * rows), layout="constrained")
    all_axes = figure.subplots(rows, columns, squeeze=False)
    for axes in all_axes.flat[len(results) :]:
        axes.set_axis_off()
    for axes, result in zip(all_axes.flat, results, strict=False):
        assert result.shown is not None
        draw_losses(axes, result.shown)
        axes.set_title(f"{result.section} {result.title}", fontsize=10)
    if len(results) == 1:
        return encoded(figure, 110)
    return encoded(figure, 60, LARGEST)


def draw_losses(axes: Axes, accuracy: Accuracy) -> None:
    """Draw the mean loss by epoch and its range over the seeds.

    Each line and each range has a name (`gid`), such as "keras-mean", which
    an SVG keeps.
    """
    for side in SIDES:
        # A training may stop early: only epochs that every seed reached.
        by_epoch = list(zip(*accuracy.losses[side], strict=False))
        epochs = range(1, len(by_epoch) + 1)
        axes.plot(
            epochs,
            [statistics.mean(losses) for losses in by_epoch],
            color=COLOURS[side],
            marker=MARKERS[side],
            linestyle=LINES[side],
            label=TITLES[side],
            gid=f"{side}-mean",
        )
        axes.fill_between(
            epochs,
            [min(losses) for losses in by_epoch],
            [max(losses) for losses in by_epoch],
            color=COLOURS[side],
            alpha=0.2,
            linewidth=0,
            gid=f"{side}-range",
        )
    axes.set_xlabel("epoch")
    axes.set_ylabel("training loss")
    axes.xaxis.set_major_locator(
        MaxNLocator("auto", steps=[1, 2, 5, 10], integer=True)
    )
    axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
