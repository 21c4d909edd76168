"""Pictures of results."""

import io
import math
import statistics
from collections.abc import Sequence

import matplotlib

from comparisons.common import TITLES
from comparisons.results import Result

matplotlib.use("Agg")

# Okabe and Ito's colours tell apart for every eye; neither says "winner".
COLOURS = {"keras": "#0072B2", "torch": "#E69F00"}


def curves(results: Sequence[Result]) -> bytes:
    """Return a PNG of training losses: mean and range over the seeds."""
    from matplotlib import pyplot

    columns = min(len(results), 4)
    rows = math.ceil(len(results) / columns)
    figure, all_axes = pyplot.subplots(
        rows,
        columns,
        figsize=(4.6 * columns, 3.4 * rows),
        layout="constrained",
        squeeze=False,
    )
    for axes in all_axes.flat[len(results) :]:
        axes.set_axis_off()
    for axes, result in zip(all_axes.flat, results, strict=False):
        assert result.accuracy is not None
        for name in ("keras", "torch"):
            runs = result.accuracy.losses[name]
            epochs = range(1, len(runs[0]) + 1)
            per_epoch = list(zip(*runs, strict=True))
            axes.plot(
                epochs,
                [statistics.mean(values) for values in per_epoch],
                color=COLOURS[name],
                marker="o" if name == "keras" else "s",
                linestyle="-" if name == "keras" else "--",
                label=TITLES[name],
            )
            axes.fill_between(
                epochs,
                [min(values) for values in per_epoch],
                [max(values) for values in per_epoch],
                color=COLOURS[name],
                alpha=0.2,
                linewidth=0,
            )
        axes.set_title(f"{result.section} {result.title}", fontsize=10)
        axes.set_xlabel("epoch")
        axes.set_ylabel("training loss")
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.legend(frameon=False)
        axes.spines[["top", "right"]].set_visible(False)
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=130)
    pyplot.close(figure)
    return stream.getvalue()
