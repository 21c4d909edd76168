"""Is a solar cell broken? A small Xception that learns it, in Keras.

Book: section 9.3.  Twin: torch_impl/chapter09_mini_xception.py
Run: python -m keras_impl.chapter09_mini_xception
Expect: ROC area 0.73 to 0.77 on 1,000 unseen cells, in about 15 s.
"""

import keras
import numpy as np
from keras import layers, ops

from shared_data import Arrays, Data
from shared_data.chapter09_mini_xception import QUICK, Config, load_data
from shared_data.sources.solar_cells import rate

# === Data ===================================================================


def to_inputs(images: np.ndarray) -> np.ndarray:
    return images  # (pixels, pixels, channels): Keras wants channels last


# === Model ==================================================================


class Block(keras.Layer):
    """Two separable convolutions at half the size, beside a short cut."""

    def __init__(self, channels: int, name: str) -> None:
        super().__init__(name=name)
        # Epsilon 1e-3 and momentum 0.99 are other ones in PyTorch: see
        # `batch_norm_epsilon` and `batch_norm_momentum`.
        self.norm1 = layers.BatchNormalization(name="norm1")
        self.separable1 = layers.SeparableConv2D(
            channels, 3, padding="same", use_bias=False, name="separable1"
        )
        # PyTorch stores another running variance: see `batch_norm_variance`.
        self.norm2 = layers.BatchNormalization(name="norm2")
        self.separable2 = layers.SeparableConv2D(
            channels, 3, padding="same", use_bias=False, name="separable2"
        )
        # An even size is padded after it, not on both sides: `max_pool_same`.
        self.pool = layers.MaxPooling2D(3, strides=2, padding="same")
        self.shortcut = layers.Conv2D(
            channels, 1, strides=2, use_bias=False, name="shortcut"
        )

    def call(self, images, training=None):
        x = self.norm1(images, training=training)
        x = self.separable1(ops.relu(x))
        x = self.norm2(x, training=training)
        x = self.separable2(ops.relu(x))
        return self.pool(x) + self.shortcut(images)


def build_model(config: Config) -> keras.Model:
    width, pixels = config.width, config.pixels
    # Sizes beside the layers are those of 180 pixels and a width of 32.
    images = keras.Input((pixels, pixels, config.channels))
    x = layers.Rescaling(1 / 255)(images)
    # Separable convolutions take channels apart from places; in a picture of
    # few channels that say much the same, that would be a loss.
    x = layers.Conv2D(width, 5, use_bias=False, name="conv1")(x)
    x = Block(width, name="block1")(x)  # (88, 88, 32)
    x = Block(2 * width, name="block2")(x)  # (44, 44, 64)
    x = Block(4 * width, name="block3")(x)  # (22, 22, 128)
    x = Block(8 * width, name="block4")(x)  # (11, 11, 256)
    x = Block(16 * width, name="block5")(x)  # (6, 6, 512)
    x = layers.GlobalAveragePooling2D()(x)  # (512,)
    x = layers.Dropout(config.dropout)(x)
    logit = layers.Dense(1, name="classifier")(x)  # (1,)
    return keras.Model(images, logit)


# === Training ===============================================================


def make_loss(config: Config) -> keras.losses.Loss:
    # Unless told, it takes logits for probabilities: `from_logits_default`.
    return keras.losses.BinaryCrossentropy(from_logits=True)


def make_optimizer(
    config: Config, model: keras.Model
) -> keras.optimizers.Optimizer:
    # Epsilon sits inside the root here, outside in PyTorch:
    # see `rmsprop_epsilon`.
    return keras.optimizers.RMSprop(config.learning_rate)


def train(
    model: keras.Model, arrays: Arrays, config: Config, shuffle: bool = True
) -> list[float]:
    """Train `model` in place; return the mean loss of each epoch."""
    model.compile(
        optimizer=make_optimizer(config, model), loss=make_loss(config)
    )
    # A seeded fit repeats one order every epoch: see `fit_shuffle`.
    history = model.fit(
        to_inputs(arrays.inputs),
        arrays.targets,
        batch_size=config.batch_size,
        epochs=config.epochs,
        shuffle=shuffle,
    )
    return history.history["loss"]


# === Evaluation =============================================================


def predict(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """Return the logits, (N, 1): above 0 means broken."""
    return model.predict(to_inputs(images), batch_size=128)


def evaluate(model: keras.Model, arrays: Arrays) -> dict[str, float]:
    """Return the ROC area, the balanced accuracy and the accuracy."""
    return rate(predict(model, arrays.inputs), arrays.targets)


# === Exhibit ================================================================


def exhibit(
    model: keras.Model, data: Data, config: Config
) -> dict[str, np.ndarray]:
    """Return test cells: surely whole to the model, in doubt, surely broken.

    Beside them, how sure it is of the cells of either kind, in order.
    """
    logits = predict(model, data.test.inputs)[:, 0]
    broken = data.test.targets[:, 0] == 1
    order = np.argsort(logits, kind="stable")
    doubt = np.argsort(np.abs(logits), kind="stable")
    images = data.test.inputs / 255
    sure = 1 / (1 + np.exp(-logits))
    return {
        "images/surely whole": images[order[:4]],
        "images/in doubt": images[doubt[:4]],
        "images/surely broken": images[order[-4:]],
        "series/probability of a defect/whole cells": np.sort(sure[~broken]),
        "series/probability of a defect/broken cells": np.sort(sure[broken]),
    }


# === Main ===================================================================


def main(config: Config = QUICK) -> None:
    keras.utils.set_random_seed(config.seed)
    data = load_data(config)
    model = build_model(config)
    train(model, data.train, config)
    print(evaluate(model, data.test))


if __name__ == "__main__":
    main()
