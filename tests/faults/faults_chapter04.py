"""Faults planted in the pairs of chapter 4, and their correct variants."""

from fault_kinds import Fault, Variant

REVIEWS = "chapter04_reviews"
NEWSWIRES = "chapter04_newswires"
HOUSES = "chapter04_house_prices"

# Training samples of each pair: few, so that 12 steps are two to four epochs.
SAMPLES = {REVIEWS: 1_800, NEWSWIRES: 1_800, HOUSES: 72}

KERAS_RMSPROP = "keras.optimizers.RMSprop(config.learning_rate)"
TORCH_RMSPROP = """torch.optim.RMSprop(
        model.parameters(), config.learning_rate, alpha=0.9, eps=1e-7
    )"""


def other_optimizer(
    name: str, keras: str, torch: str, *differences: str, native: float
) -> Variant:
    """Return the reviews with another optimizer; `native` bounds its lane."""
    return Variant(
        name,
        REVIEWS,
        keras=((KERAS_RMSPROP, keras),),
        torch=((TORCH_RMSPROP, torch),),
        task={
            "differences": differences,
            "native_bounds": {"step": native, "trajectory": native},
        },
    )


VARIANTS: tuple[Variant, ...] = (
    other_optimizer(
        "RMSprop, centred, with momentum",
        "keras.optimizers.RMSprop("
        "config.learning_rate, momentum=0.9, centered=True)",
        "torch.optim.RMSprop(model.parameters(), config.learning_rate, "
        "alpha=0.9, eps=1e-7, momentum=0.9, centered=True)",
        "rmsprop_epsilon",
        native=1.0,
    ),
    other_optimizer(
        "Adam",
        "keras.optimizers.Adam(config.learning_rate)",
        "torch.optim.Adam(model.parameters(), config.learning_rate, eps=1e-7)",
        "adam_epsilon",
        native=0.1,
    ),
    other_optimizer(
        "AdamW",
        "keras.optimizers.AdamW(config.learning_rate, weight_decay=0.004)",
        "torch.optim.AdamW(model.parameters(), config.learning_rate, "
        "eps=1e-7, weight_decay=0.004)",
        "adam_epsilon",
        native=0.1,
    ),
    # Only a constant that TensorFlow rounds: the native lane is nearly equal.
    other_optimizer(
        "SGD with momentum",
        "keras.optimizers.SGD(0.01, momentum=0.9)",
        "torch.optim.SGD(model.parameters(), 0.01, momentum=0.9)",
        "sgd_velocity",
        native=1e-6,
    ),
    other_optimizer(
        "SGD with Nesterov momentum",
        "keras.optimizers.SGD(0.01, momentum=0.9, nesterov=True)",
        "torch.optim.SGD("
        "model.parameters(), 0.01, momentum=0.9, nesterov=True)",
        "sgd_velocity",
        native=1e-6,
    ),
    # Keras makes a schedule's numbers float32; powers of two survive that.
    Variant(
        "schedule",
        REVIEWS,
        keras=(
            (
                KERAS_RMSPROP,
                "keras.optimizers.RMSprop(\n"
                "        keras.optimizers.schedules.PiecewiseConstantDecay(\n"
                "            [4], [2**-9, 2**-10]\n"
                "        )\n"
                "    )",
            ),
        ),
        torch=(
            (
                "model.parameters(), config.learning_rate, alpha=0.9",
                "model.parameters(), 2**-9, alpha=0.9",
            ),
            (
                "    losses = []\n",
                "    schedule = torch.optim.lr_scheduler.MultiStepLR(\n"
                "        optimizer, milestones=[5], gamma=0.5\n"
                "    )\n"
                "    losses = []\n",
            ),
            (
                "            total += loss * len(batch)\n",
                "            schedule.step()\n"
                "            total += loss * len(batch)\n",
            ),
        ),
    ),
    Variant(
        "GELU",
        REVIEWS,
        keras=(
            (
                'layers.Dense(16, activation="relu", name="hidden1")',
                'layers.Dense(16, activation="gelu", name="hidden1")',
            ),
        ),
        torch=(("F.relu(self.hidden1(x))", "F.gelu(self.hidden1(x))"),),
        task={"differences": ("rmsprop_epsilon", "float32_constants")},
    ),
)

FAULTS = (
    Fault(
        "learning rate ten times too large",
        REVIEWS,
        "keras",
        "settings",
        (
            (
                "RMSprop(config.learning_rate)",
                "RMSprop(10 * config.learning_rate)",
            ),
        ),
    ),
    Fault(
        "loss summed over the batch",
        REVIEWS,
        "keras",
        "settings",
        (("(from_logits=True)", '(from_logits=True, reduction="sum")'),),
    ),
    Fault(
        "missing from_logits",
        REVIEWS,
        "keras",
        "settings",
        (("BinaryCrossentropy(from_logits=True)", "BinaryCrossentropy()"),),
    ),
    Fault(
        "missing bias",
        REVIEWS,
        "keras",
        "settings",
        (('name="hidden2"', 'use_bias=False, name="hidden2"'),),
    ),
    Fault(
        "frozen layer",
        REVIEWS,
        "keras",
        "settings",
        (('name="hidden2"', 'trainable=False, name="hidden2"'),),
    ),
    Fault(
        "never shuffled",
        REVIEWS,
        "keras",
        "settings",
        (("shuffle=shuffle,", "shuffle=False,"),),
    ),
    Fault(
        "He's initial scale for Glorot's",
        REVIEWS,
        "keras",
        "initialisation",
        (
            (
                'name="hidden2"',
                'kernel_initializer="he_normal", name="hidden2"',
            ),
        ),
    ),
    Fault(
        "tanh for ReLU",
        REVIEWS,
        "keras",
        "forward",
        (
            (
                'activation="relu", name="hidden1"',
                'activation="tanh", name="hidden1"',
            ),
        ),
    ),
    Fault(
        "sigmoid in the model, logits in the loss",
        REVIEWS,
        "keras",
        "forward",
        (("layers.Dense(1, ", 'layers.Dense(1, activation="sigmoid", '),),
    ),
    Fault(
        "regularised kernel",
        REVIEWS,
        "keras",
        "settings",
        (('name="hidden2"', 'kernel_regularizer="l2", name="hidden2"'),),
    ),
    Fault(
        "clipped gradients",
        REVIEWS,
        "keras",
        "gradients",
        (("(config.learning_rate)", "(config.learning_rate, clipnorm=0.01)"),),
    ),
    Fault(
        "first sample dropped",
        REVIEWS,
        "keras",
        "gradients",
        (
            (
                "        to_inputs(arrays.inputs),\n        arrays.targets,\n",
                "        to_inputs(arrays.inputs)[1:],\n"
                "        arrays.targets[1:],\n",
            ),
        ),
    ),
    Fault(
        "always shuffled",
        REVIEWS,
        "keras",
        "gradients",
        (("shuffle=shuffle,", "shuffle=True,"),),
    ),
    Fault(
        "constrained weights",
        REVIEWS,
        "keras",
        "step",
        (
            (
                'name="hidden2"',
                'kernel_constraint="non_neg", name="hidden2"',
            ),
        ),
    ),
    Fault(
        "validation split taken from the training set",
        REVIEWS,
        "keras",
        "trajectory",
        (("shuffle=shuffle,", "shuffle=shuffle, validation_split=0.1,"),),
    ),
    Fault(
        "epsilon ten times too large",
        REVIEWS,
        "torch",
        "settings",
        (("eps=1e-7", "eps=1e-6"),),
    ),
    Fault(
        "PyTorch's own alpha for Keras' rho",
        REVIEWS,
        "torch",
        "settings",
        (("alpha=0.9, ", ""),),
    ),
    Fault(
        "momentum that the other half has not",
        REVIEWS,
        "torch",
        "settings",
        (("eps=1e-7", "eps=1e-7, momentum=0.9"),),
    ),
    Fault(
        "weight decay that the other half has not",
        REVIEWS,
        "torch",
        "settings",
        (("eps=1e-7", "eps=1e-7, weight_decay=1e-4"),),
    ),
    Fault(
        "optimizer that skips the biases",
        REVIEWS,
        "torch",
        "settings",
        (
            (
                "model.parameters(), config",
                "[p for p in model.parameters() if p.ndim > 1], config",
            ),
        ),
    ),
    Fault(
        "loss on probabilities",
        REVIEWS,
        "torch",
        "settings",
        (("nn.BCEWithLogitsLoss()", "nn.BCELoss()"),),
        raises=True,
    ),
    Fault(
        "PyTorch's own initial weights",
        REVIEWS,
        "torch",
        "initialisation",
        ((".apply(init_like_keras)", ""),),
    ),
    Fault(
        "missing activation",
        REVIEWS,
        "torch",
        "forward",
        (("F.relu(self.hidden2(x))", "self.hidden2(x)"),),
    ),
    Fault(
        "words scaled like pixels",
        REVIEWS,
        "torch",
        "forward",
        (("weight.dtype)", "weight.dtype) / 255"),),
    ),
    Fault(
        "threshold for probabilities on logits",
        REVIEWS,
        "torch",
        "forward",
        (
            (
                "predict(model, arrays.inputs) > 0",
                "predict(model, arrays.inputs) > 0.5",
            ),
        ),
    ),
    # A rate per parameter group is read off the first group only, so it is
    # the step that tells.
    Fault(
        "last layer learns faster",
        REVIEWS,
        "torch",
        "step",
        (
            (
                "model.parameters(), config.learning_rate,",
                "[{'params': [*model.hidden1.parameters(), "
                "*model.hidden2.parameters()]}, {'params': "
                "model.classifier.parameters(), 'lr': 1e-2}], "
                "config.learning_rate,",
            ),
        ),
    ),
    Fault(
        "gradients never cleared",
        REVIEWS,
        "torch",
        "trajectory",
        (("    optimizer.zero_grad()\n", ""),),
    ),
    Fault(
        "one epoch too few",
        REVIEWS,
        "torch",
        "trajectory",
        (("range(1, config.epochs + 1)", "range(1, config.epochs)"),),
    ),
    Fault(
        "last partial batch dropped",
        REVIEWS,
        "torch",
        "trajectory",
        (
            (
                "            loss = train_step(",
                "            if len(batch) < config.batch_size:\n"
                "                continue\n"
                "            loss = train_step(",
            ),
        ),
    ),
    Fault(
        "epoch loss counts a partial batch as whole",
        REVIEWS,
        "torch",
        "trajectory",
        (("loss * len(batch)", "loss * config.batch_size"),),
    ),
    # Autocast leaves float64 alone: only what users run shows it.
    Fault(
        "training in bfloat16",
        REVIEWS,
        "torch",
        "gradients float32",
        (
            (
                "    loss = loss_fn(model(words), labels)\n",
                "    with torch.autocast('cpu', torch.bfloat16):\n"
                "        loss = loss_fn(model(words), labels)\n",
            ),
        ),
    ),
    Fault(
        "momentum forgotten",
        REVIEWS,
        "torch",
        "settings",
        ((", momentum=0.9", ""),),
        "SGD with momentum",
    ),
    Fault(
        "dampened momentum",
        REVIEWS,
        "torch",
        "settings",
        (("momentum=0.9", "momentum=0.9, dampening=0.9"),),
        "SGD with momentum",
    ),
    Fault(
        "Nesterov forgotten",
        REVIEWS,
        "keras",
        "settings",
        ((", nesterov=True", ""),),
        "SGD with Nesterov momentum",
    ),
    Fault(
        "Adam's betas swapped",
        REVIEWS,
        "torch",
        "settings",
        (("eps=1e-7", "eps=1e-7, betas=(0.999, 0.9)"),),
        "Adam",
    ),
    Fault(
        "Adam with PyTorch's own epsilon",
        REVIEWS,
        "torch",
        "settings",
        ((", eps=1e-7", ""),),
        "Adam",
    ),
    Fault(
        "weight decay as an L2 penalty",
        REVIEWS,
        "torch",
        "settings",
        (("torch.optim.AdamW(", "torch.optim.Adam("),),
        "AdamW",
    ),
    Fault(
        "biases spared from weight decay",
        REVIEWS,
        "keras",
        "step",
        (
            (
                "return keras.optimizers.AdamW("
                "config.learning_rate, weight_decay=0.004)",
                "optimizer = keras.optimizers.AdamW("
                "config.learning_rate, weight_decay=0.004)\n"
                "    optimizer.exclude_from_weight_decay(var_names=['bias'])\n"
                "    return optimizer",
            ),
        ),
        "AdamW",
    ),
    Fault(
        "schedule off by one step",
        REVIEWS,
        "torch",
        "trajectory",
        (("milestones=[5]", "milestones=[4]"),),
        "schedule",
    ),
    Fault(
        "schedule stepped once an epoch",
        REVIEWS,
        "torch",
        "trajectory",
        (
            ("            schedule.step()\n", ""),
            (
                "        losses.append(",
                "        schedule.step()\n        losses.append(",
            ),
        ),
        "schedule",
    ),
    Fault(
        "tanh GELU for the exact one",
        REVIEWS,
        "torch",
        "forward",
        (
            (
                "F.gelu(self.hidden1(x))",
                'F.gelu(self.hidden1(x), approximate="tanh")',
            ),
        ),
        "GELU",
    ),
    Fault(
        "keras.ops.gelu, which is the tanh GELU",
        REVIEWS,
        "keras",
        "forward",
        (('activation="gelu"', "activation=keras.ops.gelu"),),
        "GELU",
    ),
    Fault(
        "bags brought to a sum of one",
        NEWSWIRES,
        "keras",
        "forward",
        (
            (
                "return pieces  #",
                "return pieces / pieces.sum(axis=1, keepdims=True)  #",
            ),
        ),
    ),
    Fault(
        "first language ignored by Keras",
        NEWSWIRES,
        "keras",
        "gradients",
        (("(from_logits=True)", "(from_logits=True, ignore_class=0)"),),
    ),
    Fault(
        "first language ignored by PyTorch",
        NEWSWIRES,
        "torch",
        "gradients",
        (("nn.CrossEntropyLoss()", "nn.CrossEntropyLoss(ignore_index=0)"),),
    ),
    Fault(
        "second likeliest language counted",
        NEWSWIRES,
        "torch",
        "forward",
        (
            (
                "arrays.inputs).argmax(axis=1)",
                "arrays.inputs).argsort(axis=1)[:, -2]",
            ),
        ),
    ),
    Fault(
        "no house below zero",
        HOUSES,
        "keras",
        "forward",
        (("layers.Dense(1, ", 'layers.Dense(1, activation="relu", '),),
    ),
    Fault(
        "relative error for squared error",
        HOUSES,
        "keras",
        "settings",
        (
            (
                "keras.losses.MeanSquaredError()",
                "keras.losses.MeanAbsolutePercentageError()",
            ),
        ),
    ),
    Fault(
        "test houses standardised with their own statistics",
        HOUSES,
        "torch",
        "forward",
        (
            (
                "return torch.from_numpy(houses)  #",
                "houses = (houses - houses.mean(axis=0)) / houses.std(axis=0)"
                "\n    return torch.from_numpy(houses)  #",
            ),
        ),
    ),
    Fault(
        "trained on prices in dollars",
        HOUSES,
        "torch",
        "gradients",
        (
            (
                "torch.from_numpy(arrays.targets)",
                "1000 * torch.from_numpy(arrays.targets)",
            ),
        ),
    ),
)
