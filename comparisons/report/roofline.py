"""How close training steps come to the machine: a row for each task."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from comparisons.common import SIDES, TITLES
from comparisons.records import Cost
from comparisons.report.machines import by_class
from comparisons.report.pictures import encoded
from comparisons.report.plots import COLOURS, MARKERS
from comparisons.report.tables import Grid
from comparisons.results import Result

# A step that takes less than twice what the machine needs is bound by it.
NEAR = 0.5


def bound_by(cost: Cost) -> str:
    """Return what limits the faster half."""
    if not cost.share_of_roof:
        return "–"
    near = max(cost.share_of_roof.values()) >= NEAR
    return "the machine" if near else "the frameworks"


def grid(title: str, results: Sequence[Result]) -> Grid:
    """Return the costs of all tasks on one machine class."""
    columns = (
        "task", "MFLOP a step", "MB a step", "FLOP/byte", "operations",
        "Keras GFLOP/s", "PyTorch GFLOP/s", "of the roof", "bound by",
    )  # fmt: skip
    table = Grid(f"How close to the machine: {title}", columns)
    for result, one in by_class(results, title):
        cost = one.cost
        if cost is None or not cost.achieved_gflops:
            continue
        keras, torch = (cost.share_of_roof[n] for n in ("keras", "torch"))
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
            ]
        )
    table.notes.append(
        "Roof: the lower of the best float32 product of matrices, and the "
        "triad's bandwidth times FLOP/byte; both are measured in the same "
        "run. Bytes are what the PyTorch half's operations read and write, "
        "without caches: above 100 % the caches deliver what is counted as "
        f"memory. Bound by the machine: at least {NEAR:.0%} of the roof."
    )
    return table


def picture(title: str, results: Sequence[Result]) -> bytes | None:
    """Return a WebP: FLOP per byte against what each half reaches.

    None if nothing was counted on this machine class.
    """
    found = [
        (result, one.cost)
        for result, one in by_class(results, title)
        if one.cost and one.cost.achieved_gflops
    ]
    if not found:
        return None
    peak, band = (
        max(c[what] for _, cost in found for c in cost.ceilings.values())
        for what in ("matmul_float32_gflops", "triad_gbs")
    )
    figure = Figure(figsize=(12, 7.5), layout="constrained")
    axes = figure.subplots()
    across = [c.step_flops / c.step_bytes for _, c in found]
    ridge = peak / band
    left, right = min(across) / 2, max(*across, ridge) * 4
    axes.plot([left, ridge, right], [left * band, peak, peak], color="black")
    axes.text(right, peak, f"product of matrices: {peak:,.0f} GFLOP/s",
              ha="right", va="bottom")  # fmt: skip
    axes.text(ridge / 8, ridge / 8 * band, f"memory: {band:,.0f} GB/s",
              ha="right", va="bottom")  # fmt: skip
    for name in SIDES:
        axes.scatter(
            across, [c.achieved_gflops[name] for _, c in found],
            color=COLOURS[name], marker=MARKERS[name], label=TITLES[name],
            zorder=3,
        )  # fmt: skip
    for number, ((_, cost), x) in enumerate(zip(found, across, strict=True), 1):
        both = list(cost.achieved_gflops.values())
        axes.plot([x, x], both, color="grey", linewidth=1)
        # Below or above, in turn: neighbours often compute alike.
        low = number % 2 == 0
        axes.annotate(
            str(number), (x, min(both) if low else max(both)), fontsize=8,
            ha="center", va="top" if low else "bottom",
            xytext=(0, -6 if low else 6), textcoords="offset points",
        )  # fmt: skip
    key = "\n".join(
        f"{number}  {result.task.split('_', 1)[1]}"
        for number, (result, _) in enumerate(found, 1)
    )
    axes.text(1.02, 1.0, key, transform=axes.transAxes, va="top", fontsize=9,
              linespacing=1.5)  # fmt: skip
    lowest = min(min(c.achieved_gflops.values()) for _, c in found)
    axes.set(
        xscale="log", yscale="log", xlim=(left, right),
        ylim=(lowest / 3, peak * 2.5), title=title, ylabel="GFLOP/s in a step",
        xlabel="floating-point operations for each byte read or written",
    )  # fmt: skip
    axes.legend(frameon=False, loc="upper left")
    axes.spines[["top", "right"]].set_visible(False)
    return encoded(figure, 100)
