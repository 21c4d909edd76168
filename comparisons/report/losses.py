"""Training losses as a small picture that stands inside a page."""

import base64
import io
import math

import matplotlib
from matplotlib.figure import Figure

from comparisons.common import SIDES
from comparisons.records import Accuracy
from comparisons.report.plots import draw_losses

SIZE = 4.6, 1.9  # inches


def losses_svg(accuracy: Accuracy) -> str:
    """Return an `img` element: mean loss by epoch and range over the seeds.

    The SVG is inside the element's address, so that names in it cannot
    collide with names of the page. Empty if there are no losses, or if one is
    not a finite number: then there is nothing to draw.
    """
    values = [
        loss for side in SIDES for run in accuracy.losses[side] for loss in run
    ]
    if not values or not all(map(math.isfinite, values)):
        return ""
    stream = io.BytesIO()
    # Text stays text, and the same losses always give the same bytes.
    with matplotlib.rc_context(
        {"font.size": 8, "svg.fonttype": "none", "svg.hashsalt": "losses"}
    ):
        figure = Figure(figsize=SIZE, layout="constrained")
        draw_losses(figure.subplots(), accuracy)
        figure.savefig(stream, format="svg", metadata={"Date": None})
    held = base64.b64encode(stream.getvalue()).decode()
    return (
        f'<img class="losses" src="data:image/svg+xml;base64,{held}" '
        'alt="Training loss of both halves by epoch">'
    )
