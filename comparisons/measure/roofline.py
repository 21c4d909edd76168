"""How close a training step comes to what the machine can do.

The roofline model, Williams, Waterman and Patterson 2009, Commun. ACM 52: a
program cannot be faster than the processor computes, nor faster than memory
delivers the bytes that it needs for each operation.
"""

from typing import Any

from comparisons.common import SIDES, Name
from comparisons.records import Cost, Throughput
from comparisons.sides.process import Side
from comparisons.sides.wire import Split
from comparisons.task import Task


def cost_of(
    task: Task,
    config: Any,
    sides: dict[Name, Side],
    train: Split,
    throughput: Throughput,
) -> Cost:
    """Count a training step, measure the ceilings, and compare both to speed.

    PyTorch's FlopCounterMode counts for both halves, because they are the same
    model. It counts what the PyTorch half computes: where that half leaves
    padding out, Keras computes more than is counted.
    """
    counted = sides["torch"].call("count", task.torch, config, train)
    ceilings = {n: side.call("ceilings") for n, side in sides.items()}
    best = {
        what: max(c[what] for c in ceilings.values())
        for what in ceilings["torch"]
    }
    cost = Cost(
        step_flops=counted["flops"],
        step_bytes=counted["bytes"],
        operations=counted["operations"],
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
