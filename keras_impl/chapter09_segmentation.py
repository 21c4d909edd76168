"""What does each pixel belong to? Convolutions down and up again, in Keras.

Book: section 9.2.  Twin: torch_impl/chapter09_segmentation.py
Run: python -m keras_impl.chapter09_segmentation
Expect: mean IoU 0.71 to 0.75 on 400 unseen scenes; 0.24 if all ground. 20 s.
"""

from functools import partial

import keras
import numpy as np
from keras import layers

from shared_data import Arrays, Data
from shared_data.chapter09_segmentation import (
    CLASSES,
    QUICK,
    Config,
    load_data,
)

# === Data ===================================================================


def to_inputs(images: np.ndarray) -> np.ndarray:
    return images  # (size, size, 3): bytes; Keras wants channels last


# === Model ==================================================================


def build_model(config: Config) -> keras.Model:
    width = config.width
    # With a stride of 2, "same" pads, or crops, after the picture, and not on
    # both sides of it: see `same_padding`.
    same = {"padding": "same", "activation": "relu"}
    convolution = partial(layers.Conv2D, kernel_size=3, **same)
    transposed = partial(layers.Conv2DTranspose, kernel_size=3, **same)
    images = keras.Input((config.size, config.size, 3))
    x = layers.Rescaling(1 / 255)(images)
    x = convolution(width, strides=2, name="down1")(x)  # half the size
    x = convolution(width, strides=1, name="down2")(x)
    x = convolution(2 * width, strides=2, name="down3")(x)  # a quarter
    x = convolution(2 * width, strides=1, name="down4")(x)
    x = convolution(4 * width, strides=2, name="down5")(x)  # an eighth
    x = convolution(4 * width, strides=1, name="down6")(x)
    x = transposed(4 * width, strides=1, name="up1")(x)
    x = transposed(4 * width, strides=2, name="up2")(x)  # a quarter
    x = transposed(2 * width, strides=1, name="up3")(x)
    x = transposed(2 * width, strides=2, name="up4")(x)  # half
    x = transposed(width, strides=1, name="up5")(x)
    x = transposed(width, strides=2, name="up6")(x)  # all of it
    logits = layers.Conv2D(CLASSES, 3, padding="same", name="classifier")(x)
    return keras.Model(images, logits)


# === Training ===============================================================


def make_loss(config: Config) -> keras.losses.Loss:
    # Unless told, it takes logits for probabilities: `from_logits_default`.
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True)


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
    """Return the logits of each pixel, (N, size, size, 3)."""
    return model.predict(to_inputs(images), batch_size=64)


def evaluate(model: keras.Model, arrays: Arrays) -> dict[str, float]:
    """Return the share of right pixels, and the mean IoU of the classes.

    Pixels are counted over the whole set; a mean over batches would depend
    on how the batches are cut.
    """
    classes = predict(model, arrays.inputs).argmax(axis=-1)
    pairs = CLASSES * arrays.targets.ravel() + classes.ravel()
    counts = np.bincount(pairs, minlength=CLASSES**2)
    counts = counts.reshape(CLASSES, CLASSES)  # true by predicted
    both = counts.diagonal()
    either = counts.sum(axis=0) + counts.sum(axis=1) - both
    return {
        "accuracy": float(both.sum() / counts.sum()),
        "mean IoU": float(np.mean(both / either)),
    }


# === Exhibit ================================================================


def exhibit(
    model: keras.Model, data: Data, config: Config
) -> dict[str, np.ndarray]:
    """Return scenes, their true masks and those that the model sees."""
    images, masks = data.test.inputs[:6], data.test.targets[:6]
    classes = predict(model, images).argmax(axis=-1)
    return {
        "images/scenes": images / 255,
        "images/true masks": masks / (CLASSES - 1),
        "images/predicted masks": classes / (CLASSES - 1),
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
