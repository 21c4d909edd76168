"""Faults planted in the pairs of chapter 2, and their correct variants."""

from fault_kinds import Fault, Variant

DENSE = "chapter02_digits_dense"
SCRATCH = "chapter02_from_scratch"

# Training samples of each pair: few, so that 12 steps are two to four epochs.
SAMPLES = {DENSE: 512, SCRATCH: 512}

VARIANTS: tuple[Variant, ...] = ()

FAULTS = (
    Fault(
        "softmax in the model and in the loss",
        DENSE,
        "keras",
        "forward",
        (("layers.Dense(10, ", 'layers.Dense(10, activation="softmax", '),),
    ),
    Fault(
        "flat digits read column by column",
        DENSE,
        "keras",
        "forward",
        (
            (
                "return pixels  # (784,)",
                "return pixels.reshape(-1, 28, 28)"
                ".swapaxes(1, 2).reshape(-1, 784)",
            ),
        ),
    ),
    Fault(
        "flat digits centred in one half",
        DENSE,
        "torch",
        "forward",
        (
            (
                "return torch.from_numpy(pixels)  #",
                "return 2 * torch.from_numpy(pixels) - 1  #",
            ),
        ),
    ),
    Fault(
        "ReLU after the last layer",
        DENSE,
        "torch",
        "forward",
        (("return self.classifier(x)", "return F.relu(self.classifier(x))"),),
    ),
    # The last batch of an epoch is half a batch: it must not be left out.
    Fault(
        "generator drops the last batch",
        SCRATCH,
        "keras",
        "trajectory",
        (
            (
                "range(0, len(images), batch_size)",
                "range(0, len(images) - batch_size + 1, batch_size)",
            ),
        ),
    ),
    Fault(
        "loss summed over the batch by hand",
        SCRATCH,
        "keras",
        "gradients",
        (
            (
                "ops.mean(ops.logsumexp(logits, axis=1) - right)",
                "ops.sum(ops.logsumexp(logits, axis=1) - right)",
            ),
        ),
    ),
    Fault(
        "steps up the gradient",
        SCRATCH,
        "keras",
        "step",
        (("variable.assign_sub(", "variable.assign_add("),),
    ),
    Fault(
        "kernel drawn with half the spread",
        SCRATCH,
        "torch",
        "initialisation",
        (("(6 / (fan_in + fan_out)) ** 0.5", "(fan_in + fan_out) ** -0.5"),),
    ),
    Fault(
        "softmax over the batch",
        SCRATCH,
        "torch",
        "gradients",
        (("logits.logsumexp(dim=1)", "logits.logsumexp(dim=0).mean()"),),
    ),
    Fault(
        "autograd cut before the second layer",
        SCRATCH,
        "torch",
        "gradients",
        (("x = x.clamp(min=0)  #", "x = x.clamp(min=0).detach()  #"),),
        raises=True,
    ),
    Fault(
        "hidden bias never moved",
        SCRATCH,
        "torch",
        "step",
        (
            (
                "            variable.sub_(",
                "            if variable is self.variables[1]:\n"
                "                continue\n"
                "            variable.sub_(",
            ),
        ),
    ),
)
