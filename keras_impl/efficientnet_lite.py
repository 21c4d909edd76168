"""EfficientNet-Lite0, the image backbone of several chapters, in Keras.

Twin: torch_impl/efficientnet_lite.py

Sixteen blocks of an inverted residual: widen by 1x1, look around channel by
channel, narrow by 1x1, and add what came in where the shape allows it. The
weights are those of ImageNet: shared_data/sources/backbone.py. Images are
(pixel - 127) / 128, at 224x224 in training; any multiple of 32 will do.
"""

from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import layers, ops

from shared_data.sources.backbone import load_backbone

# Blocks, kernel, stride of the first block, widening, channels.
STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
BLOCKS = tuple(f"block{number}" for number in range(16))
CHANNELS = 1280  # of the features


# === Model ==================================================================


class Block(keras.Layer):
    """Widens, filters each channel, narrows; adds its input if it can."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int,
        stride: int,
        widening: int,
        **kwargs,
    ) -> None:
        super().__init__(**kwargs)
        self.widens = widening > 1
        self.is_residual = stride == 1 and inputs == outputs
        if self.widens:
            self.expand = layers.Conv2D(
                inputs * widening, 1, use_bias=False, name="expand"
            )
            self.expand_norm = layers.BatchNormalization(name="expand_norm")
        # For a stride of 2, Keras pads less before than after:
        # see `same_padding`.
        self.depthwise = layers.DepthwiseConv2D(
            kernel, stride, padding="same", use_bias=False, name="depthwise"
        )
        self.depthwise_norm = layers.BatchNormalization(name="depthwise_norm")
        self.project = layers.Conv2D(outputs, 1, use_bias=False, name="project")
        self.project_norm = layers.BatchNormalization(name="project_norm")

    # Without the next two, Keras finds shapes out by tracing `call` for each of
    # them: a network took 4 s to build then, 0.8 s like this.
    def build(self, input_shape):
        shape = input_shape
        if self.widens:
            self.expand.build(shape)
            shape = self.expand.compute_output_shape(shape)
            self.expand_norm.build(shape)
        self.depthwise.build(shape)
        shape = self.depthwise.compute_output_shape(shape)
        self.depthwise_norm.build(shape)
        self.project.build(shape)
        self.project_norm.build(self.project.compute_output_shape(shape))

    def compute_output_shape(self, input_shape):
        shape = self.depthwise.compute_output_shape(input_shape)
        return (*shape[:-1], self.project.filters)

    def call(self, images, training=False):
        x = images
        if self.widens:
            x = self.expand_norm(self.expand(x), training=training)
            x = ops.relu6(x)
        x = self.depthwise_norm(self.depthwise(x), training=training)
        x = ops.relu6(x)
        x = self.project_norm(self.project(x), training=training)
        return x + images if self.is_residual else x


def build_backbone(size: int | None = None) -> keras.Model:
    """Return the network up to its features, (size/32, size/32, 1280)."""
    images = keras.Input((size, size, 3))
    x = layers.Conv2D(
        32, 3, 2, padding="same", use_bias=False, name="stem_conv"
    )(images)
    x = layers.BatchNormalization(name="stem_norm")(x)
    x = ops.relu6(x)  # (size/2, size/2, 32)
    names, channels = iter(BLOCKS), 32
    for blocks, kernel, stride, widening, outputs in STAGES:
        for number in range(blocks):
            x = Block(
                inputs=channels,
                outputs=outputs,
                kernel=kernel,
                stride=stride if number == 0 else 1,
                widening=widening,
                name=next(names),
            )(x)
            channels = outputs
    # Now (size/32, size/32, 320).
    x = layers.Conv2D(CHANNELS, 1, use_bias=False, name="head_conv")(x)
    x = layers.BatchNormalization(name="head_norm")(x)
    features = ops.relu6(x)  # (size/32, size/32, 1280)
    backbone = keras.Model(images, features, name="backbone")
    load_weights(backbone)
    return backbone


def build_classifier(size: int | None = None) -> keras.Model:
    """Return the whole network: logits of ImageNet's 1,000 classes."""
    images = keras.Input((size, size, 3))
    x = build_backbone(size)(images)
    x = layers.GlobalAveragePooling2D()(x)  # (1280,)
    logits = layers.Dense(1000, name="classifier")(x)
    model = keras.Model(images, logits)
    load_weights(model.get_layer("classifier"))
    return model


# === Weights ================================================================

# The file has PyTorch's names and axes.
NAMES = {
    "kernel": "weight",
    "bias": "bias",
    "gamma": "weight",
    "beta": "bias",
    "moving_mean": "running_mean",
    "moving_variance": "running_var",
}


def load_weights(module: keras.Layer) -> None:
    """Give every layer the weights of its name."""
    weights = load_backbone()
    for variable in module.variables:
        *layer, kind = variable.path.split("/")
        array = weights[".".join([*layer, NAMES[kind]])]
        if array.ndim == 4 and layer[-1] == "depthwise":
            array = array.transpose(2, 3, 0, 1)  # (h, w, channels, 1)
        elif array.ndim == 4:
            array = array.transpose(2, 3, 1, 0)  # (h, w, in, out)
        elif array.ndim == 2:
            array = array.T  # (in, out)
        variable.assign(array)


# === On the way =============================================================


def activations_of(
    backbone: keras.Model, names: Sequence[str]
) -> Callable[[Any], list[Any]]:
    """Return a function from images to what the named layers give."""
    outputs = [backbone.get_layer(name).output for name in names]
    model = keras.Model(backbone.input, outputs)

    def activations(images: Any) -> list[Any]:
        found = model(images, training=False)
        # Keras takes a single output out of its list.
        return found if len(names) > 1 else [found]

    return activations
