"""Two dense layers that read handwritten digits, in Keras.

Book: section 2.1.  Twin: torch_impl/chapter02_digits_dense.py
Run: python -m keras_impl.chapter02_digits_dense
Expect: accuracy 0.90 to 0.92 on 1,000 unseen digits, in about 5 s.
"""

import keras
import numpy as np
from keras import layers

from shared_data import Arrays
from shared_data.chapter02_digits_dense import QUICK, Config, load_data

# === Data ===================================================================


def to_inputs(pixels: np.ndarray) -> np.ndarray:
    return pixels  # (784,)


# === Model ==================================================================


def build_model(config: Config) -> keras.Model:
    pixels = keras.Input((784,))
    x = layers.Dense(512, activation="relu", name="hidden")(pixels)  # (512,)
    logits = layers.Dense(10, name="classifier")(x)  # (10,)
    return keras.Model(pixels, logits)


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


def predict(model: keras.Model, pixels: np.ndarray) -> np.ndarray:
    """Return the logits, (N, 10)."""
    return model.predict(to_inputs(pixels), batch_size=512)


def evaluate(model: keras.Model, arrays: Arrays) -> dict[str, float]:
    digits = predict(model, arrays.inputs).argmax(axis=1)
    return {"accuracy": float(np.mean(digits == arrays.targets))}


# === Main ===================================================================


def main(config: Config = QUICK) -> None:
    keras.utils.set_random_seed(config.seed)
    data = load_data(config)
    model = build_model(config)
    train(model, data.train, config)
    print(evaluate(model, data.test))


if __name__ == "__main__":
    main()
