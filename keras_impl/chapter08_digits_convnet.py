"""A small convnet that reads handwritten digits, in Keras.

Book: section 8.1.  Twin: torch_impl/chapter08_digits_convnet.py
Run: python -m keras_impl.chapter08_digits_convnet
Expect: accuracy 0.95 to 0.98 on 1,000 unseen digits, in about 10 s.
"""

import keras
import numpy as np
from keras import layers

from shared_data import Arrays, Data
from shared_data.chapter08_digits_convnet import QUICK, Config, load_data

# === Data ===================================================================


def to_inputs(images: np.ndarray) -> np.ndarray:
    return images  # (28, 28, 1): Keras wants channels last


# === Model ==================================================================


def build_model(config: Config) -> keras.Model:
    images = keras.Input((28, 28, 1))
    x = layers.Conv2D(32, 3, activation="relu", name="conv1")(images)
    x = layers.MaxPooling2D(2)(x)  # (13, 13, 32)
    x = layers.Conv2D(64, 3, activation="relu", name="conv2")(x)
    x = layers.MaxPooling2D(2)(x)  # (5, 5, 64)
    x = layers.Conv2D(128, 3, activation="relu", name="conv3")(x)
    x = layers.Flatten()(x)  # (1152,): rows, columns, channels: `flatten_order`
    logits = layers.Dense(10, name="classifier")(x)
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
    """Return the logits, (N, 10)."""
    return model.predict(to_inputs(images), batch_size=512)


def evaluate(model: keras.Model, arrays: Arrays) -> dict[str, float]:
    digits = predict(model, arrays.inputs).argmax(axis=1)
    return {"accuracy": float(np.mean(digits == arrays.targets))}


# === Exhibit ================================================================


def exhibit(
    model: keras.Model, data: Data, config: Config
) -> dict[str, np.ndarray]:
    """Return which digit is taken for which, and the hardest ones."""
    labels, logits = data.test.targets, predict(model, data.test.inputs)
    confusion = np.zeros((10, 10))
    np.add.at(confusion, (labels, logits.argmax(-1)), 1)
    behind = logits.max(-1) - logits[np.arange(len(labels)), labels]
    hardest = np.argsort(-behind, kind="stable")[:8]
    return {
        "matrix/digit (row) and answer (column)": confusion,
        "images/hardest digits": data.test.inputs[hardest, ..., 0],
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
