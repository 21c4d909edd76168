"""One picture in the style of another: neural style transfer, in Keras.

Book: section 12.3.  Twin: torch_impl/chapter12_style_transfer.py
Run: python -m keras_impl.chapter12_style_transfer
Expect: two pictures, 0.17 to 0.19 of their first loss, in seconds.
"""

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from keras_impl.efficientnet_lite import build_backbone
from shared_data import Arrays, Data
from shared_data.chapter12_style_transfer import (
    QUICK,
    Config,
    load_data,
    style_picture,
)
from shared_data.sources.pictures import to_pixels

# === Data ===================================================================


def to_inputs(images: np.ndarray) -> np.ndarray:
    return images  # (96, 96, 3): Keras wants channels last


# === Model ==================================================================


class Painter(keras.Model):
    """A backbone, and how it tells style and content apart."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        backbone = build_backbone()
        names = (*config.style_layers, config.content_layer)
        outputs = [backbone.get_layer(name).output for name in names]
        self.backbone = keras.Model(
            backbone.input, [*outputs, *backbone.outputs], name="backbone"
        )
        self.backbone.trainable = False

    @tf.function  # one operation at a time takes eight times as long
    def call(self, images):
        """Return the styles, a Gram matrix a layer, and the content."""
        *styles, content, _ = self.backbone(images)
        return [gram(activation) for activation in styles], content


def gram(activation):
    """Return how often channels are active in the same places, (C, C)."""
    _, height, width, channels = activation.shape
    flat = ops.reshape(activation, (-1, height * width, channels))
    return ops.matmul(ops.transpose(flat, (0, 2, 1)), flat) / (height * width)


def build_model(config: Config) -> keras.Model:
    return Painter(config)  # trained on ImageNet, and left as it is


# === Evaluation =============================================================


def predict(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """Return the loss of each image as it is, (N,)."""
    return loss_of(model, images, images)


def loss_of(
    model: keras.Model, painted: np.ndarray, images: np.ndarray
) -> np.ndarray:
    """Return the loss of each picture that was painted of an image, (N,)."""
    painted, images = (
        ops.convert_to_tensor(to_inputs(x), model.backbone.dtype)
        for x in (painted, images)
    )
    wanted = targets_of(model, images)
    return ops.convert_to_numpy(losses(model, painted, wanted))


def evaluate(model: keras.Model, arrays: Arrays) -> dict[str, float]:
    painted = paint(model, arrays.inputs)
    after = loss_of(model, painted, arrays.inputs)
    share = after / predict(model, arrays.inputs)
    return {"share of the loss": float(share.mean())}


# === Generation =============================================================


def losses(model: keras.Model, images, wanted):
    """Return each picture's loss, (1,): style, content, variation."""
    config = model.config
    styles, content = model(images)
    wanted_styles, wanted_content = wanted
    style = 0.0
    for found, right in zip(styles, wanted_styles, strict=True):
        style += ops.mean(ops.square(found - right), (1, 2)) / len(styles)
    content = ops.mean(ops.square(content - wanted_content), (1, 2, 3))
    down = ops.square(images[:, :-1, :-1] - images[:, 1:, :-1])
    right = ops.square(images[:, :-1, :-1] - images[:, :-1, 1:])
    variation = ops.mean(ops.power(down + right, 1.25), (1, 2, 3))
    return (
        config.style * style
        + config.content * content
        + config.variation * variation
    )


def targets_of(model: keras.Model, images):
    """Return the styles of the one picture, the contents of the others."""
    style = style_picture(model.config)[np.newaxis]
    styles, _ = model(ops.convert_to_tensor(style, images.dtype))
    _, contents = model(images)
    return styles, contents


def paint(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """Return the images in the other style, (N, 96, 96, 3)."""
    config = model.config
    painted = ops.convert_to_tensor(to_inputs(images), model.backbone.dtype)
    wanted = targets_of(model, painted)

    @tf.function
    def descend(painted, rate):
        with tf.GradientTape() as tape:
            tape.watch(painted)
            loss = ops.sum(losses(model, painted, wanted))
        return painted - rate * tape.gradient(loss, painted)

    for step in range(config.steps):
        rate = config.rate * config.decay ** (step / config.decay_steps)
        # A Python number would be traced anew with every step.
        painted = descend(painted, ops.convert_to_tensor(rate, painted.dtype))
    return ops.convert_to_numpy(painted)


# === Exhibit ================================================================


def exhibit(
    model: keras.Model, data: Data, config: Config
) -> dict[str, np.ndarray]:
    """Show contents, their style, and what became of them."""
    return {
        "images/contents": to_pixels(data.test.inputs),
        "images/style": to_pixels(data.test.targets[:1]),
        "images/painted": to_pixels(paint(model, data.test.inputs)),
    }


# === Main ===================================================================


def main(config: Config = QUICK) -> None:
    keras.utils.set_random_seed(config.seed)
    data = load_data(config)
    model = build_model(config)
    print(evaluate(model, data.test))


if __name__ == "__main__":
    main()
