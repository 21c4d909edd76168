"""How close a training step comes to what the machine can do.

Williams, Waterman and Patterson 2009, Commun. ACM 52: an operation that
computes so many operations for each byte that it moves can be no faster than
the processor, nor than memory delivers the bytes.
"""

from typing import Any

import matplotlib

from comparisons.common import SIDES, Name
from comparisons.records import Cost, Throughput
from comparisons.sides.process import Side
from comparisons.sides.wire import Split
from comparisons.task import Task

matplotlib.use("Agg")


def cost_of(
    task: Task,
    config: Any,
    sides: dict[Name, Side],
    train: Split,
    throughput: Throughput,
) -> Cost:
    """Count a training step, measure the ceilings, and set speed beside both.

    One count serves both halves: PyTorch's FlopCounterMode.
    """
    theirs = sides["torch"].call("count", task.torch, config, train)
    ceilings = {n: side.call("ceilings") for n, side in sides.items()}
    best = {
        what: max(c[what] for c in ceilings.values())
        for what in ceilings["torch"]
    }
    cost = Cost(
        step_flops=theirs["flops"],
        step_bytes=theirs["bytes"],
        operations=theirs["operations"],
        ceilings=ceilings,
    )
    step = throughput.step
    if step and step.keras and step.torch and cost.step_bytes:
        roof = min(
            best["matmul_float32_gflops"],
            best["triad_gbs"] * cost.step_flops / cost.step_bytes,
        )
        batch = min(config.batch_size, train.samples or config.batch_size)
        for name in SIDES:
            speed = step.keras if name == "keras" else step.torch
            reached = cost.step_flops / batch * speed.median / 1e9
            cost.achieved_gflops[name] = reached
            cost.share_of_roof[name] = reached / roof
    return cost
