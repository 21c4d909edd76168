"""Faults planted in the pairs of chapter 7, and their correct variants."""

from fault_kinds import Fault, Variant

LOOPS = "chapter07_training_loops"

# Training samples of each pair: few, so that 12 steps are two to four epochs.
SAMPLES = {LOOPS: 640}

VARIANTS: tuple[Variant, ...] = (
    Variant("subclassed model", LOOPS, (), (), config="subclass"),
    Variant("step of its own", LOOPS, (), (), config="own_step"),
)

FAULTS = (
    Fault(
        "a step of its own that leaves dropout off",
        LOOPS,
        "keras",
        "settings",
        (("self(images, training=True)", "self(images, training=False)"),),
        "step of its own",
    ),
    # The default of `update_state`: right for whole batches.
    Fault(
        "epoch loss as the mean of batch means",
        LOOPS,
        "keras",
        "trajectory",
        ((", sample_weight=ops.shape(images)[0]", ""),),
        "step of its own",
    ),
    Fault(
        "call without the argument training",
        LOOPS,
        "keras",
        "settings",
        (
            ("def call(self, x, training=False):", "def call(self, x):"),
            ("self.dropout(x, training=training)", "self.dropout(x)"),
        ),
        "subclassed model",
    ),
    Fault(
        "checkpoint of the worst epoch",
        LOOPS,
        "keras",
        "trajectory",
        (("save_best_only=True,", 'mode="max", save_best_only=True,'),),
    ),
    Fault(
        "squared error divided by all probabilities",
        LOOPS,
        "keras",
        "forward",
        (
            (
                "ops.sqrt(self.total / self.samples)",
                "ops.sqrt(self.total / self.samples / 10)",
            ),
        ),
    ),
    Fault(
        "schedule counts steps",
        LOOPS,
        "torch",
        "trajectory",
        (
            ("            schedule.step()\n", ""),
            (
                "                total += loss * len(batch)\n",
                "                total += loss * len(batch)\n"
                "                schedule.step()\n",
            ),
        ),
    ),
    Fault(
        "held-out samples are learnt from",
        LOOPS,
        "torch",
        "trajectory",
        (
            ("to_inputs(learnt.inputs)", "to_inputs(arrays.inputs)"),
            ("from_numpy(learnt.targets)", "from_numpy(arrays.targets)"),
        ),
    ),
    Fault(
        "never back to training after a look at held-out samples",
        LOOPS,
        "torch",
        "settings",
        (("            model.train()\n", ""),),
    ),
)
