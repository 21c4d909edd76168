"""Faults planted in the pairs of chapter 5, and their correct variants."""

from fault_kinds import Fault, Variant

OVERFITTING = "chapter05_overfitting"

# Training samples of each pair: few, so that 12 steps are two to four epochs.
SAMPLES = {OVERFITTING: 2_100}

VARIANTS: tuple[Variant, ...] = (
    Variant("dropped values", OVERFITTING, (), (), config="dropout"),
)

FAULTS = (
    Fault(
        "penalty on the last layer too",
        OVERFITTING,
        "keras",
        "settings",
        (
            (
                'layers.Dense(config.outputs, name="classifier")',
                "layers.Dense(config.outputs, kernel_regularizer="
                'regularizers.l2(config.l2), name="classifier")',
            ),
        ),
    ),
    Fault(
        "decay inside the optimizer for a penalty in the loss",
        OVERFITTING,
        "keras",
        "settings",
        (
            (
                "keras.optimizers.RMSprop(config.learning_rate)",
                "keras.optimizers.RMSprop("
                "config.learning_rate, weight_decay=2 * config.l2)",
            ),
        ),
    ),
    Fault(
        "factor of two forgotten",
        OVERFITTING,
        "torch",
        "settings",
        (('"weight_decay": 2 * config.l2', '"weight_decay": config.l2'),),
    ),
    Fault(
        "biases decay as well",
        OVERFITTING,
        "torch",
        "settings",
        (
            (
                '            {"params": others},\n',
                '            {"params": others, '
                '"weight_decay": 2 * config.l2},\n',
            ),
        ),
    ),
    Fault(
        "loss reported without the penalty",
        OVERFITTING,
        "torch",
        "gradients",
        (("loss.detach() + sum(penalties)", "loss.detach()"),),
    ),
    Fault(
        "penalty after the step",
        OVERFITTING,
        "torch",
        "gradients",
        (
            ("    optimizer.step()\n", ""),
            (
                "    penalties = [\n",
                "    optimizer.step()\n    penalties = [\n",
            ),
        ),
    ),
    Fault(
        "dropout on the words",
        OVERFITTING,
        "torch",
        "settings",
        (
            (
                "            x = F.dropout(x, self.dropout, self.training)\n",
                "",
            ),
            (
                "        for number in range(1, self.layers + 1):\n",
                "        for number in range(1, self.layers + 1):\n"
                "            x = F.dropout(x, self.dropout, self.training)\n",
            ),
        ),
        "dropped values",
    ),
)
