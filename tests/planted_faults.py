"""A table of mistakes that people really make, each planted in one half.

A proof that cannot fail is worthless, so the ladder has to find every one of
them, and on the rung that a reader would look at first. An edit replaces a
piece of a half's source that occurs there exactly once; the files themselves
stay as they are. Where no pair has what a mistake needs (dropout, momentum, a
schedule), a variant changes both halves first. Variants are correct pairs,
and the ladder has to say so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from comparisons.worker import Name

Edits = tuple[tuple[str, str], ...]

REVIEWS = "chapter04_reviews"
DIGITS = "chapter08_digits_convnet"
WEATHER = "chapter10_weather_lstm"

# The rungs in the order in which a reader climbs them.
LADDER = (
    "settings",
    "initialisation",
    "forward",
    "gradients",
    "step",
    "trajectory",
    "forward float32",
    "gradients float32",
    "round trip",
)


@dataclass(frozen=True)
class Variant:
    """A correct pair made of another: edits to both halves.

    `task` replaces fields of the pair's row in tasks.py.
    """

    name: str
    pair: str
    keras: Edits
    torch: Edits
    task: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Fault:
    """A mistake in one half of a pair, and the first rung that must fail.

    `raises` says that the half cannot even run with it, which is no feat of
    the ladder; without it, an edit that breaks the half is an error.
    """

    name: str
    pair: str
    side: Name
    rung: str
    edits: Edits
    variant: str = ""
    raises: bool = False


# === Correct variants =======================================================

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


VARIANTS = (
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
    # After the last convolution: before a ReLU or a maximum, float32 rounding
    # decides ties, and 1e-4 on the gradients is more than float32 can do.
    Variant(
        "batch normalisation",
        DIGITS,
        keras=(
            (
                "    x = layers.Flatten()",
                '    x = layers.BatchNormalization(name="norm3")(x)\n'
                "    x = layers.Flatten()",
            ),
        ),
        torch=(
            (
                "        self.classifier =",
                "        self.norm3 = nn.BatchNorm2d("
                "128, eps=1e-3, momentum=0.01)\n"
                "        self.classifier =",
            ),
            ("F.relu(self.conv3(x))", "self.norm3(F.relu(self.conv3(x)))"),
        ),
        task={"differences": ("rmsprop_epsilon", "batch_norm_variance")},
    ),
    Variant(
        "dropout",
        DIGITS,
        keras=(
            (
                "    logits = layers.Dense(10",
                "    x = layers.Dropout(0.5)(x)\n    logits = layers.Dense(10",
            ),
        ),
        torch=(
            (
                "self.classifier(x)",
                "self.classifier(F.dropout(x, 0.5, self.training))",
            ),
        ),
    ),
    # Keras pads 28 pixels with 0 before and 1 after for a stride of 2.
    Variant(
        "same padding",
        DIGITS,
        keras=(
            (
                'layers.Conv2D(32, 3, activation="relu"',
                'layers.Conv2D(32, 3, 2, "same", activation="relu"',
            ),
            ("    x = layers.MaxPooling2D(2)(x)  # (13, 13, 32)\n", ""),
            (
                'layers.Conv2D(128, 3, activation="relu"',
                'layers.Conv2D(128, 3, padding="same", activation="relu"',
            ),
        ),
        torch=(
            ("(1, 32, kernel_size=3)", "(1, 32, kernel_size=3, stride=2)"),
            (
                "F.max_pool2d(F.relu(self.conv1(x)), 2)",
                "F.relu(self.conv1(F.pad(x, (0, 1, 0, 1))))",
            ),
            (
                "(64, 128, kernel_size=3)",
                '(64, 128, kernel_size=3, padding="same")',
            ),
            ("nn.Linear(1152, 10)", "nn.Linear(4608, 10)"),
        ),
    ),
    Variant(
        "label smoothing",
        DIGITS,
        keras=(
            (
                "keras.losses.SparseCategoricalCrossentropy(from_logits=True)",
                "keras.losses.CategoricalCrossentropy("
                "from_logits=True, label_smoothing=0.1)",
            ),
            (
                "        arrays.targets,\n",
                "        keras.utils.to_categorical(arrays.targets, 10),\n",
            ),
        ),
        torch=(
            (
                "nn.CrossEntropyLoss()",
                "nn.CrossEntropyLoss(label_smoothing=0.1)",
            ),
        ),
    ),
    # Keras divides by the number of samples, PyTorch by the sum of weights.
    Variant(
        "class weight",
        DIGITS,
        keras=(
            (
                "        shuffle=shuffle,\n",
                "        shuffle=shuffle,\n"
                "        class_weight={3: 5.0, 8: 2.0},\n",
            ),
        ),
        torch=(
            (
                "    loss = loss_fn(model(images), labels)\n",
                "    weight = torch.ones(10)\n"
                "    weight[3], weight[8] = 5.0, 2.0\n"
                "    losses = F.cross_entropy(\n"
                "        model(images), labels, weight, reduction='none'\n"
                "    )\n"
                "    loss = losses.mean()\n",
            ),
        ),
    ),
    Variant(
        "gradient clipping",
        WEATHER,
        keras=(
            (
                KERAS_RMSPROP,
                "keras.optimizers.RMSprop("
                "config.learning_rate, global_clipnorm=1.0)",
            ),
        ),
        torch=(
            (
                "    loss.backward()\n",
                "    loss.backward()\n"
                "    nn.utils.clip_grad_norm_(model.parameters(), 1.0)\n",
            ),
        ),
        task={"differences": ("rmsprop_epsilon", "clip_norm_epsilon")},
    ),
)

# === Faults: film reviews ===================================================

REVIEW_FAULTS = (
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
        "gradients",
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
)

# === Faults: handwritten digits =============================================

DIGIT_FAULTS = (
    Fault(
        "padding where there was none",
        DIGITS,
        "keras",
        "settings",
        (("layers.Conv2D(64, 3,", 'layers.Conv2D(64, 3, padding="same",'),),
        raises=True,
    ),
    Fault(
        "pixels scaled twice",
        DIGITS,
        "keras",
        "forward",
        (("return images  #", "return images / 255  #"),),
    ),
    Fault(
        "images flipped",
        DIGITS,
        "keras",
        "forward",
        (("return images  #", "return images[:, :, ::-1]  #"),),
    ),
    Fault(
        "pixels in float16",
        DIGITS,
        "keras",
        "forward",
        (("return images  #", 'return images.astype("float16")  #'),),
    ),
    Fault(
        "a layer in float16",
        DIGITS,
        "keras",
        "forward",
        (("layers.Conv2D(64, 3,", 'layers.Conv2D(64, 3, dtype="float16",'),),
    ),
    Fault(
        "average pooling for max pooling",
        DIGITS,
        "keras",
        "forward",
        (
            (
                "layers.MaxPooling2D(2)(x)  # (13, 13, 32)",
                "layers.AveragePooling2D(2)(x)  # (13, 13, 32)",
            ),
        ),
    ),
    Fault(
        "labels shifted by one",
        DIGITS,
        "keras",
        "gradients",
        (
            (
                "        arrays.targets,\n",
                "        (arrays.targets + 1) % 10,\n",
            ),
        ),
    ),
    Fault(
        "loss summed, for the digits",
        DIGITS,
        "torch",
        "settings",
        (("nn.CrossEntropyLoss()", 'nn.CrossEntropyLoss(reduction="sum")'),),
    ),
    Fault(
        "smoothed labels in one half",
        DIGITS,
        "torch",
        "settings",
        (
            (
                "nn.CrossEntropyLoss()",
                "nn.CrossEntropyLoss(label_smoothing=0.1)",
            ),
        ),
    ),
    Fault(
        "flattened with the channels first",
        DIGITS,
        "torch",
        "forward",
        (("x.permute(0, 2, 3, 1).flatten(1)", "x.flatten(1)"),),
    ),
    # From 11 pixels, windows of 3 leave as many as windows of 2.
    Fault(
        "larger pooling windows",
        DIGITS,
        "torch",
        "forward",
        (("F.relu(self.conv2(x)), 2)", "F.relu(self.conv2(x)), 3, 2)"),),
    ),
    Fault(
        "rows taken for columns",
        DIGITS,
        "torch",
        "forward",
        (("permute(0, 3, 1, 2)", "permute(0, 3, 2, 1)"),),
    ),
    Fault(
        "softmax before the cross entropy",
        DIGITS,
        "torch",
        "forward",
        (("self.classifier(x)", "self.classifier(x).softmax(1)"),),
    ),
    Fault(
        "last batch of predictions lost",
        DIGITS,
        "torch",
        "forward",
        (("for batch in batches]", "for batch in batches[:-1]]"),),
        raises=True,
    ),
    Fault(
        "no gradient into the first layer",
        DIGITS,
        "torch",
        "gradients",
        (("F.relu(self.conv1(x))", "F.relu(self.conv1(x)).detach()"),),
    ),
    Fault(
        "class weights in one half",
        DIGITS,
        "torch",
        "gradients",
        (
            (
                "nn.CrossEntropyLoss()",
                "nn.CrossEntropyLoss(torch.arange(1.0, 11.0))",
            ),
        ),
    ),
    # Right for whole batches, so the first step cannot tell.
    Fault(
        "loss divided by a fixed batch size",
        DIGITS,
        "torch",
        "trajectory",
        (
            (
                "    loss.backward()\n",
                "    loss = loss * len(images) / 64\n    loss.backward()\n",
            ),
        ),
    ),
    Fault(
        "new optimizer every epoch",
        DIGITS,
        "torch",
        "trajectory",
        (
            ("    optimizer = make_optimizer(config, model)\n", ""),
            (
                "        total = torch.zeros(",
                "        optimizer = make_optimizer(config, model)\n"
                "        total = torch.zeros(",
            ),
        ),
    ),
    # In `predict`, since there `training=True` in the model itself changes
    # nothing: what the caller says wins in a functional model of Keras 3.
    Fault(
        "statistics of the batch in prediction",
        DIGITS,
        "keras",
        "forward",
        (
            (
                "model.predict(to_inputs(images), batch_size=512)",
                "keras.ops.convert_to_numpy("
                "model(to_inputs(images), training=True))",
            ),
        ),
        "batch normalisation",
    ),
    Fault(
        "moving average too quick",
        DIGITS,
        "keras",
        "step",
        (('(name="norm3")', '(momentum=0.9, name="norm3")'),),
        "batch normalisation",
    ),
    Fault(
        "PyTorch's own normalisation epsilon",
        DIGITS,
        "torch",
        "forward",
        (("128, eps=1e-3, ", "128, "),),
        "batch normalisation",
    ),
    Fault(
        "missing model.eval()",
        DIGITS,
        "torch",
        "forward",
        (("    model.eval()\n", ""),),
        "batch normalisation",
    ),
    Fault(
        "missing model.train()",
        DIGITS,
        "torch",
        "gradients",
        (("    model.train()\n", ""),),
        "batch normalisation",
    ),
    Fault(
        "normalisation momentum read as Keras'",
        DIGITS,
        "torch",
        "step",
        (("momentum=0.01", "momentum=0.99"),),
        "batch normalisation",
    ),
    Fault(
        "left in evaluation mode after an epoch",
        DIGITS,
        "torch",
        "trajectory",
        (
            (
                "        print(f",
                "        evaluate(model, arrays)\n        print(f",
            ),
        ),
        "batch normalisation",
    ),
    Fault(
        "other dropout rate",
        DIGITS,
        "keras",
        "settings",
        (("Dropout(0.5)", "Dropout(0.25)"),),
        "dropout",
    ),
    Fault(
        "one coin for a whole sample",
        DIGITS,
        "keras",
        "settings",
        (("Dropout(0.5)", "Dropout(0.5, noise_shape=(None, 1))"),),
        "dropout",
    ),
    Fault(
        "missing dropout",
        DIGITS,
        "torch",
        "settings",
        (("F.dropout(x, 0.5, self.training)", "x"),),
        "dropout",
    ),
    Fault(
        "dropout in prediction too",
        DIGITS,
        "torch",
        "settings",
        (("0.5, self.training", "0.5"),),
        "dropout",
    ),
    Fault(
        "dropout in another place",
        DIGITS,
        "torch",
        "settings",
        (
            ("F.dropout(x, 0.5, self.training)", "x"),
            (
                "F.relu(self.conv2(x)), 2)",
                "F.dropout(F.relu(self.conv2(x)), 0.5, self.training), 2)",
            ),
        ),
        "dropout",
    ),
    Fault(
        "dilated convolution",
        DIGITS,
        "keras",
        "forward",
        (('3, padding="same",', '3, padding="same", dilation_rate=2,'),),
        "same padding",
    ),
    Fault(
        "stride on the pooling, not on the convolution",
        DIGITS,
        "keras",
        "forward",
        (
            (
                'layers.Conv2D(32, 3, 2, "same",',
                'layers.Conv2D(32, 3, 1, "same",',
            ),
            (
                "    x = layers.Conv2D(64",
                "    x = layers.MaxPooling2D(1, strides=2)(x)\n"
                "    x = layers.Conv2D(64",
            ),
        ),
        "same padding",
    ),
    Fault(
        "padded on both sides",
        DIGITS,
        "torch",
        "forward",
        (
            ("stride=2)", "stride=2, padding=1)"),
            ("F.pad(x, (0, 1, 0, 1))", "x"),
        ),
        "same padding",
    ),
    Fault(
        "padded with the edge",
        DIGITS,
        "torch",
        "forward",
        (('padding="same"', 'padding="same", padding_mode="replicate"'),),
        "same padding",
    ),
    Fault(
        "label smoothing forgotten",
        DIGITS,
        "keras",
        "settings",
        ((", label_smoothing=0.1", ""),),
        "label smoothing",
    ),
    Fault(
        "wrong class weight",
        DIGITS,
        "keras",
        "gradients",
        (("{3: 5.0, 8: 2.0}", "{3: 2.0, 8: 5.0}"),),
        "class weight",
    ),
    Fault(
        "class weights normalised PyTorch's way",
        DIGITS,
        "torch",
        "gradients",
        (("losses.mean()", "losses.sum() / weight[labels].sum()"),),
        "class weight",
    ),
)

# === Faults: weather ========================================================

WEATHER_FAULTS = (
    Fault(
        "epsilon ten times too large, in Keras",
        WEATHER,
        "keras",
        "settings",
        (("(config.learning_rate)", "(config.learning_rate, epsilon=1e-6)"),),
    ),
    Fault(
        "begins by forgetting",
        WEATHER,
        "keras",
        "initialisation",
        (("layers.LSTM(16,", "layers.LSTM(16, unit_forget_bias=False,"),),
    ),
    Fault(
        "readings in reverse order",
        WEATHER,
        "keras",
        "forward",
        (("return windows  #", "return windows[..., ::-1]  #"),),
    ),
    Fault(
        "runs backwards in time",
        WEATHER,
        "keras",
        "forward",
        (("layers.LSTM(16,", "layers.LSTM(16, go_backwards=True,"),),
    ),
    Fault(
        "hard sigmoid, as Keras 2 once had",
        WEATHER,
        "keras",
        "forward",
        (
            (
                "layers.LSTM(16,",
                'layers.LSTM(16, recurrent_activation="hard_sigmoid",',
            ),
        ),
    ),
    Fault(
        "root of the mean square as the score",
        WEATHER,
        "keras",
        "forward",
        (("np.mean(np.abs(error))", "np.sqrt(np.mean(error**2))"),),
    ),
    Fault(
        "two trained biases",
        WEATHER,
        "torch",
        "settings",
        (("        self.lstm.bias_hh_l0.requires_grad_(False)\n", ""),),
    ),
    Fault(
        "frozen bias",
        WEATHER,
        "torch",
        "settings",
        (
            (
                "        self.forecast = nn.Linear(16, 1)\n",
                "        self.forecast = nn.Linear(16, 1)\n"
                "        self.forecast.bias.requires_grad_(False)\n",
            ),
        ),
    ),
    Fault(
        "absolute error for squared error",
        WEATHER,
        "torch",
        "settings",
        (("nn.MSELoss()", "nn.L1Loss()"),),
    ),
    Fault(
        "forget gate's bias of one twice",
        WEATHER,
        "torch",
        "initialisation",
        (
            (
                "    return Forecaster().apply(init_like_keras)",
                "    model = Forecaster().apply(init_like_keras)\n"
                "    nn.init.ones_(model.lstm.bias_hh_l0[16:32])\n"
                "    return model",
            ),
        ),
    ),
    Fault(
        "swapped gates",
        WEATHER,
        "torch",
        "forward",
        (
            (
                "class Forecaster(nn.Module):",
                "class InOutForgetCell(nn.LSTM):\n"
                "    def forward(self, x):\n"
                "        other = {\n"
                "            name: torch.cat(\n"
                "                [weight.chunk(4)[i] for i in (0, 3, 2, 1)]\n"
                "            )\n"
                "            for name, weight in self.named_parameters()\n"
                "        }\n"
                "        plain = nn.LSTM(\n"
                "            self.input_size, 16, batch_first=True\n"
                "        )\n"
                "        return torch.func.functional_call(plain, other, x)\n"
                "\n\n"
                "class Forecaster(nn.Module):",
            ),
            ("self.lstm = nn.LSTM(", "self.lstm = InOutForgetCell("),
        ),
    ),
    Fault(
        "mean of all hours for the last one",
        WEATHER,
        "torch",
        "forward",
        (
            ("_, (hidden, _) = self.lstm(x)", "hidden, _ = self.lstm(x)"),
            ("hidden[-1])", "hidden.mean(1))"),
        ),
    ),
    Fault(
        "cell state for hidden state",
        WEATHER,
        "torch",
        "forward",
        (("_, (hidden, _)", "_, (_, hidden)"),),
    ),
    Fault(
        "reversed sequence",
        WEATHER,
        "torch",
        "forward",
        (("self.lstm(x)", "self.lstm(x.flip(1))"),),
    ),
    Fault(
        "only the last day",
        WEATHER,
        "torch",
        "forward",
        (("self.lstm(x)", "self.lstm(x[:, -24:])"),),
    ),
    Fault(
        "missing batch_first",
        WEATHER,
        "torch",
        "forward",
        ((", batch_first=True", ""),),
        raises=True,
    ),
    Fault(
        "signed mean error as the score",
        WEATHER,
        "torch",
        "forward",
        (("np.mean(np.abs(error))", "abs(np.mean(error))"),),
    ),
    # PyTorch warns, and compares every forecast with every change.
    Fault(
        "targets broadcast against predictions",
        WEATHER,
        "torch",
        "gradients",
        (
            (
                "loss_fn(model(windows), changes)",
                "loss_fn(model(windows).squeeze(1), changes)",
            ),
        ),
    ),
    Fault(
        "targets of the next sample",
        WEATHER,
        "torch",
        "gradients",
        (("from_numpy(arrays.targets)", "from_numpy(arrays.targets).roll(1)"),),
    ),
    Fault(
        "never shuffled, in PyTorch",
        WEATHER,
        "torch",
        "settings",
        (
            (
                "order = torch.randperm if shuffle else torch.arange",
                "order = torch.arange",
            ),
        ),
    ),
    Fault(
        "each gradient clipped on its own",
        WEATHER,
        "keras",
        "gradients",
        (("global_clipnorm=1.0", "clipnorm=1.0"),),
        "gradient clipping",
    ),
    Fault(
        "clipping forgotten",
        WEATHER,
        "torch",
        "gradients",
        (("    nn.utils.clip_grad_norm_(model.parameters(), 1.0)\n", ""),),
        "gradient clipping",
    ),
    Fault(
        "clipped by value",
        WEATHER,
        "torch",
        "gradients",
        (("clip_grad_norm_", "clip_grad_value_"),),
        "gradient clipping",
    ),
)

FAULTS = REVIEW_FAULTS + DIGIT_FAULTS + WEATHER_FAULTS

# === Not caught =============================================================

# What the ladder cannot see, and why: listed so that nobody believes it can.
NOT_CAUGHT = {
    "a clipping limit that no gradient reaches": "for Keras it is a setting, "
    "for PyTorch a line of the loop that cannot be read off; the proof shows "
    "only what its batches meet",
    "another random mask of the same rate, size and blocks": "dropout cannot "
    "share random numbers and is replaced by the identity, so that a mask "
    "kept for the whole epoch, or moved between two layers of one size, "
    "looks the same",
    "one order in every epoch": "Keras' own seeded fit does that, see "
    "`fit_shuffle`; that both halves shuffle at all is compared",
    "a main() with other seeds, data or epochs": "the ladder calls what "
    "main() calls, with its own weights and data, and never main() itself",
    "a fault that the data make invisible": "a word that no review of the "
    "sample holds has no gradient, so its row of weights proves nothing",
}
