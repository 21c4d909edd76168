"""Faults planted in the pairs of chapter 8, and their correct variants."""

from fault_kinds import Fault, Variant

DIGITS = "chapter08_digits_convnet"
SMALL_DATA = "chapter08_small_data"
FEATURES = "chapter08_feature_extraction"
TUNING = "chapter08_fine_tuning"

# Training samples of each pair: few, so that 12 steps are two to four epochs.
SAMPLES = {
    DIGITS: 512,
    SMALL_DATA: 128,
    FEATURES: 80,
    TUNING: 40,
}

VARIANTS: tuple[Variant, ...] = (
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
    # Every picture is changed alike, so that augmentation can be compared.
    Variant(
        "zoomed out",
        SMALL_DATA,
        keras=(),
        torch=(),
        config="zoom by a quarter",
    ),
)

FAULTS = (
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
    Fault(
        "pixels that the backbone has never seen",
        FEATURES,
        "keras",
        "forward",
        (
            (
                "backbone.predict(to_backbone(images)",
                'backbone.predict(images.astype("float32")',
            ),
        ),
    ),
    Fault(
        "no dropout on the features",
        FEATURES,
        "keras",
        "settings",
        (("    x = layers.Dropout(config.dropout)(x)\n", ""),),
    ),
    # Its predictions are compared, and differ; in training it also raises, for
    # statistics that were made while predicting cannot be updated.
    Fault(
        "features by the statistics of their batch",
        FEATURES,
        "torch",
        "forward",
        ((".to(device, dtype).eval()", ".to(device, dtype).train()"),),
        raises=True,
    ),
    Fault(
        "greatest features for their mean",
        FEATURES,
        "torch",
        "forward",
        (("features.mean(dim=(2, 3))", "features.amax(dim=(2, 3))"),),
    ),
    Fault(
        "pixels from minus one to one",
        SMALL_DATA,
        "keras",
        "forward",
        (
            (
                "layers.Rescaling(1 / 255)",
                "layers.Rescaling(1 / 127.5, offset=-1)",
            ),
        ),
    ),
    Fault(
        "zoomed in, not out",
        SMALL_DATA,
        "keras",
        "gradients",
        (
            (
                "layers.RandomZoom(config.zoom)",
                "layers.RandomZoom([-share for share in config.zoom])",
            ),
        ),
        "zoomed out",
    ),
    Fault(
        "the zoom's edge filled with black, in Keras",
        SMALL_DATA,
        "keras",
        "gradients",
        (
            (
                "layers.RandomZoom(config.zoom)",
                'layers.RandomZoom(config.zoom, fill_mode="constant")',
            ),
        ),
        "zoomed out",
    ),
    Fault(
        "mirrored upside down, in Keras",
        SMALL_DATA,
        "keras",
        "exhibit",
        (
            (
                'flip = layers.RandomFlip("horizontal")',
                'flip = layers.RandomFlip("vertical")',
            ),
        ),
    ),
    Fault(
        "mirrored upside down, in PyTorch",
        SMALL_DATA,
        "torch",
        "exhibit",
        (("x.flip(-1)", "x.flip(-2)"),),
    ),
    Fault(
        "turned the other way",
        SMALL_DATA,
        "torch",
        "exhibit",
        (
            (
                "[cos, -sin, zero, sin, cos, zero]",
                "[cos, sin, zero, -sin, cos, zero]",
            ),
        ),
    ),
    Fault(
        "the zoom's edge filled with black, in PyTorch",
        SMALL_DATA,
        "torch",
        "gradients",
        (('padding_mode="reflection"', 'padding_mode="zeros"'),),
        "zoomed out",
    ),
    Fault(
        "corners of pixels taken for their centres",
        SMALL_DATA,
        "torch",
        "gradients",
        (
            (
                'padding_mode="reflection", align_corners=False',
                'padding_mode="reflection", align_corners=True',
            ),
        ),
        "zoomed out",
    ),
    Fault(
        "augmentation in prediction too",
        SMALL_DATA,
        "torch",
        "forward",
        (
            (
                "        if not self.training:\n"
                "            return x\n"
                "        drawn =",
                "        drawn =",
            ),
        ),
        "zoomed out",
    ),
    Fault(
        "augmentation forgotten",
        SMALL_DATA,
        "torch",
        "gradients",
        (("self.rescaling(self.augmentation(x))", "self.rescaling(x)"),),
        "zoomed out",
    ),
    # Scale and shift are frozen as they should be; the statistics are not.
    Fault(
        "BatchNorm left in training mode, in Keras",
        TUNING,
        "keras",
        "gradients",
        (
            (
                "        block.expand_norm.trainable = False\n",
                "        for weight in block.expand_norm.trainable_weights:\n"
                "            weight.trainable = False\n",
            ),
        ),
    ),
    Fault(
        "scales and shifts of BatchNorm learn",
        TUNING,
        "keras",
        "settings",
        (("        block.project_norm.trainable = False\n", ""),),
    ),
    Fault(
        "BatchNorm left in training mode, in PyTorch",
        TUNING,
        "torch",
        "gradients",
        (("    model.backbone.eval()\n", ""),),
    ),
    Fault(
        "whole backbone frozen",
        TUNING,
        "torch",
        "settings",
        (("(name in config.tuned)", "(False)"),),
    ),
)
