"""Pictures that excite a network more and more: DeepDream, in Keras.

Book: section 12.2.  Twin: torch_impl/chapter12_deep_dream.py
Run: python -m keras_impl.chapter12_deep_dream
Expect: four pictures, 3.2 to 3.6 times as excited, in seconds.
"""

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from keras_impl.efficientnet_lite import build_backbone
from shared_data import Arrays, Data
from shared_data.chapter12_deep_dream import QUICK, Config, load_data
from shared_data.sources.pictures import interpolation, to_pixels

# === Data ===================================================================


def to_inputs(images: np.ndarray) -> np.ndarray:
    return images  # (96, 96, 3): Keras wants channels last


# === Model ==================================================================


class Dreamer(keras.Model):
    """A backbone, and how much it is to be excited."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        backbone = build_backbone()
        outputs = [backbone.get_layer(name).output for name in config.layers]
        self.backbone = keras.Model(
            backbone.input, [*outputs, *backbone.outputs], name="backbone"
        )
        self.backbone.trainable = False

    def call(self, images):
        """Return how excited the layers are by each image, (1,)."""
        *activations, _ = self.backbone(images)
        excitement = 0.0
        for coefficient, activation in zip(
            self.config.coefficients, activations, strict=True
        ):
            inside = activation[:, 1:-1, 1:-1]  # the border is of padding
            excitement += coefficient * ops.mean(ops.square(inside), (1, 2, 3))
        return excitement


def build_model(config: Config) -> keras.Model:
    return Dreamer(config)  # trained on ImageNet, and left as it is


# === Evaluation =============================================================


def predict(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """Return how excited the layers are by each image, (N,)."""
    return model.predict(to_inputs(images), batch_size=32)


def evaluate(model: keras.Model, arrays: Arrays) -> dict[str, float]:
    before = predict(model, arrays.inputs)
    after = predict(model, dream_of(model, arrays.inputs))
    return {"times as excited": float((after / before).mean())}


# === Generation =============================================================


def resize(images, size: int):
    """Resize between the pixels' centres, without smoothing."""
    # Two matrices; `ops.image.resize` computes in float32 even for float64:
    # see `resize_in_float32`.
    old = images.shape[1]
    matrix = ops.convert_to_tensor(interpolation(old, size), images.dtype)
    return ops.einsum("ah,nhwc,bw->nabc", matrix, images, matrix)


def ascend(model: keras.Model, images, config: Config):
    """Change images step by step so that they excite the layers more."""

    @tf.function
    def step(images):
        with tf.GradientTape() as tape:
            tape.watch(images)
            excitement = ops.sum(model(images))
        gradients = tape.gradient(excitement, images)
        size = ops.mean(ops.square(gradients), (1, 2, 3), keepdims=True)
        return images + config.rate * gradients / ops.sqrt(size)

    for _ in range(config.steps):
        images = step(images)
    return images


def dream_of(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """Return what becomes of the images, (N, 96, 96, 3)."""
    config = model.config
    original = ops.convert_to_tensor(to_inputs(images), model.backbone.dtype)
    shrunk = resize(original, config.sizes[0])
    dream = shrunk
    for size in config.sizes:
        # Give back the detail that the smaller octave could not hold.
        whole = resize(original, size)
        dream = resize(dream, size) + whole - resize(shrunk, size)
        dream = ascend(model, dream, config)
        shrunk = whole
    return ops.convert_to_numpy(dream)


# === Exhibit ================================================================


def exhibit(
    model: keras.Model, data: Data, config: Config
) -> dict[str, np.ndarray]:
    """Show the pictures, and what became of them."""
    dreams = dream_of(model, data.test.inputs)
    return {
        "images/pictures": to_pixels(data.test.inputs),
        "images/dreams": to_pixels(dreams),
    }


# === Main ===================================================================


def main(config: Config = QUICK) -> None:
    keras.utils.set_random_seed(config.seed)
    data = load_data(config)
    model = build_model(config)
    print(evaluate(model, data.test))


if __name__ == "__main__":
    main()
