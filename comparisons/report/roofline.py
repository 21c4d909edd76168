"""How close training steps come to the machine: a table and a picture."""

import io
from collections.abc import Sequence

from comparisons.common import SIDES, TITLES
from comparisons.report.plots import COLOURS
from comparisons.report.tables import Grid
from comparisons.results import Cost, Result

# A step that takes less than twice what the machine needs is bound by it.
NEAR = 0.5


def bound_by(cost: Cost) -> str:
    """Return what holds the faster half back."""
    if not cost.share_of_roof:
        return "–"
    near = max(cost.share_of_roof.values()) >= NEAR
    return "the machine" if near else "the frameworks"


def shown(results: Sequence[Result]) -> list[tuple[Result, Cost]]:
    return [(r, r.cost) for r in results if r.cost and r.cost.achieved_gflops]


def grid(results: Sequence[Result]) -> Grid:
    columns = (
        "task", "MFLOP a step", "MB a step", "FLOP/byte", "operations",
        "Keras GFLOP/s", "PyTorch GFLOP/s", "of the roof", "bound by",
        "forward, by hand / counted",
    )  # fmt: skip
    table = Grid("How close to the machine", columns)
    for result, cost in shown(results):
        keras, torch = (cost.share_of_roof[n] for n in ("keras", "torch"))
        counted = cost.forward_flops["torch"]
        table.rows.append(
            [
                result.task,
                f"{cost.step_flops / 1e6:,.1f}",
                f"{cost.step_bytes / 1e6:,.1f}",
                f"{cost.step_flops / cost.step_bytes:.1f}",
                f"{cost.operations:,}",
                f"{cost.achieved_gflops['keras']:,.1f}",
                f"{cost.achieved_gflops['torch']:,.1f}",
                f"{keras:.0%}, {torch:.0%}",
                bound_by(cost),
                f"{cost.forward_flops['keras'] / counted:.3f}"
                if counted
                else "–",
            ]
        )
    table.notes.append(
        "Roof: the lower of the best float32 product of matrices and of the "
        "triad's bandwidth times FLOP/byte, both measured in the same run. "
        "Bytes are what the PyTorch half's operations read and write, caches "
        "left out of account; above 100 % caches carry what the count has "
        f"memory carry. Bound by the machine: at least {NEAR:.0%} of the "
        "roof; the rest is what frameworks add, kernels that do not reach "
        "the roof among it."
    )
    return table


def picture(results: Sequence[Result]) -> bytes | None:
    """Return a PNG: operations a byte against what each half reaches."""
    from matplotlib import pyplot

    found = shown(results)
    if not found:
        return None
    best = {
        what: max(
            ceilings[what]
            for _, cost in found
            for ceilings in cost.ceilings.values()
        )
        for what in ("matmul_float32_gflops", "triad_gbs")
    }
    peak, band = best["matmul_float32_gflops"], best["triad_gbs"]
    figure, axes = pyplot.subplots(figsize=(12, 7.5), layout="constrained")
    intensities = [c.step_flops / c.step_bytes for _, c in found]
    left, right = min(intensities) / 2, max(max(intensities), peak / band) * 4
    ridge = peak / band
    axes.plot([left, ridge, right], [left * band, peak, peak], color="black")
    axes.annotate(
        f"product of matrices, float32: {peak:,.0f} GFLOP/s",
        (right, peak), ha="right", va="bottom",
    )  # fmt: skip
    axes.annotate(
        f"memory: {band:,.0f} GB/s", (ridge / 8, ridge / 8 * band),
        ha="right", va="bottom",
    )  # fmt: skip
    for name, marker in zip(SIDES, "os", strict=True):
        axes.scatter(
            intensities,
            [cost.achieved_gflops[name] for _, cost in found],
            color=COLOURS[name], marker=marker, label=TITLES[name], zorder=3,
        )  # fmt: skip
    for number, ((_, cost), x) in enumerate(
        zip(found, intensities, strict=True), 1
    ):
        both = list(cost.achieved_gflops.values())
        axes.plot([x, x], both, color="grey", linewidth=1)
        # Below or above, in turn: neighbours often compute alike.
        low = number % 2 == 0
        axes.annotate(
            str(number), (x, min(both) if low else max(both)), fontsize=8,
            ha="center", va="top" if low else "bottom",
            xytext=(0, -6 if low else 6), textcoords="offset points",
        )  # fmt: skip
    key = [
        f"{number}  {result.task.split('_', 1)[1]}"
        for number, (result, _) in enumerate(found, 1)
    ]
    axes.text(
        1.02, 1.0, "\n".join(key), transform=axes.transAxes, va="top",
        fontsize=9, linespacing=1.5,
    )  # fmt: skip
    lowest = min(min(c.achieved_gflops.values()) for _, c in found)
    axes.set(
        xscale="log", yscale="log", xlim=(left, right),
        ylim=(lowest / 3, peak * 2.5),
        xlabel="floating-point operations for each byte read or written",
        ylabel="GFLOP/s in a training step",
    )  # fmt: skip
    e = found[-1][0].environment
    axes.set_title(
        f"Training steps and what the machine can do · {e.cpu}, "
        f"{e.threads} threads",
        fontsize=11,
    )
    axes.legend(frameon=False, loc="upper left")
    axes.spines[["top", "right"]].set_visible(False)
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=130)
    pyplot.close(figure)
    return stream.getvalue()
