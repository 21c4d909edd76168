"""Is a solar cell broken? A convnet on few photographs, in Keras.

Book: section 8.2.  Twin: torch_impl/chapter08_small_data.py
Run: python -m keras_impl.chapter08_small_data
Expect: ROC area 0.75 to 0.77 on 1,000 unseen cells; 8 s.
"""

import keras
import numpy as np
from keras import layers

from shared_data import Arrays, Data
from shared_data.chapter08_small_data import (
    AUGMENTED,
    QUICK,
    Config,
    load_data,
)
from shared_data.sources.solar_cells import rate

# === Data ===================================================================


def to_inputs(images: np.ndarray) -> np.ndarray:
    return images  # (pixels, pixels, channels): Keras wants channels last


# === Model ==================================================================


def build_model(config: Config) -> keras.Model:
    width, pixels = config.width, config.pixels
    # Sizes beside the layers are those of 180 pixels and a width of 32.
    images = keras.Input((pixels, pixels, config.channels))
    x = images
    # Each picture has luck of its own, and in training only; PyTorch has no
    # such layers: see `augmentation_layers`.
    if config.augment and config.flip:
        x = layers.RandomFlip("horizontal")(x)
    if config.augment and any(config.rotation):
        x = layers.RandomRotation(config.rotation)(x)
    if config.augment and any(config.zoom):
        x = layers.RandomZoom(config.zoom)(x)
    x = layers.Rescaling(1 / 255)(x)
    x = layers.Conv2D(width, 3, activation="relu", name="conv1")(x)
    x = layers.MaxPooling2D(2)(x)  # (89, 89, 32)
    x = layers.Conv2D(2 * width, 3, activation="relu", name="conv2")(x)
    x = layers.MaxPooling2D(2)(x)  # (43, 43, 64)
    x = layers.Conv2D(4 * width, 3, activation="relu", name="conv3")(x)
    x = layers.MaxPooling2D(2)(x)  # (20, 20, 128)
    x = layers.Conv2D(8 * width, 3, activation="relu", name="conv4")(x)
    x = layers.MaxPooling2D(2)(x)  # (9, 9, 256)
    x = layers.Conv2D(8 * width, 3, activation="relu", name="conv5")(x)
    x = layers.Flatten()(
        x
    )  # (12544,): rows, columns, channels: `flatten_order`
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
    """Return four test pictures, mirrored, turned and zoomed by set amounts."""
    images = to_inputs(data.test.inputs[:4]).astype("float32") / 255
    # RandomRotation cannot draw an angle of 64 bits (Keras 3.15).
    floatx = keras.config.floatx()
    keras.config.set_floatx("float32")
    flip = layers.RandomFlip("horizontal")
    flips = {"flips": np.full((len(images), 1, 1, 1), True)}
    turn = layers.RandomRotation((0.08, 0.08))  # a range of one angle
    zoom_in = layers.RandomZoom((-0.2, -0.2))
    zoom_out = layers.RandomZoom((0.2, 0.2))
    shown = {
        "images/as they are": images,
        "images/mirrored": flip.transform_images(images, flips),
        "images/turned": turn(images, training=True),
        "images/zoomed in": zoom_in(images, training=True),
        "images/zoomed out": zoom_out(images, training=True),
    }
    keras.config.set_floatx(floatx)
    return {name: np.array(picture) for name, picture in shown.items()}


# === Main ===================================================================


def main(config: Config = QUICK, augmented: Config = AUGMENTED) -> None:
    data = load_data(config)
    for each in (config, augmented):
        keras.utils.set_random_seed(each.seed)
        model = build_model(each)
        train(model, data.train, each)
        print(evaluate(model, data.test))


if __name__ == "__main__":
    main()
