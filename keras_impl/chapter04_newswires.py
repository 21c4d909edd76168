"""Which of 46 languages is it? Dense layers on bags of letters, in Keras.

Book: section 4.2.  Twin: torch_impl/chapter04_newswires.py
Run: python -m keras_impl.chapter04_newswires
Expect: accuracy 0.72 to 0.75 on 5,000 unseen names, in about 8 s.
"""

import keras
import numpy as np
from keras import layers

from shared_data import Arrays, Data
from shared_data.chapter04_newswires import CLASSES, QUICK, Config, load_data

# === Data ===================================================================


def to_inputs(pieces: np.ndarray) -> np.ndarray:
    return pieces  # (10000,): bytes; the model casts each batch to floats


# === Model ==================================================================


def build_model(config: Config) -> keras.Model:
    pieces = keras.Input((config.pieces,))
    x = layers.Dense(64, activation="relu", name="hidden1")(pieces)  # (64,)
    x = layers.Dense(64, activation="relu", name="hidden2")(x)
    logits = layers.Dense(CLASSES, name="classifier")(x)  # (46,)
    return keras.Model(pieces, logits)


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


def predict(model: keras.Model, pieces: np.ndarray) -> np.ndarray:
    """Return the logits, (N, 46)."""
    return model.predict(to_inputs(pieces), batch_size=512)


def evaluate(model: keras.Model, arrays: Arrays) -> dict[str, float]:
    classes = predict(model, arrays.inputs).argmax(axis=1)
    return {"accuracy": float(np.mean(classes == arrays.targets))}


# === Exhibit ================================================================


def exhibit(
    model: keras.Model, data: Data, config: Config
) -> dict[str, np.ndarray]:
    """Return how often each class (row) is taken for each other (column)."""
    answers = predict(model, data.test.inputs).argmax(axis=1)
    counts = np.zeros((CLASSES, CLASSES))
    np.add.at(counts, (data.test.targets, answers), 1)
    totals = np.maximum(counts.sum(axis=1, keepdims=True), 1)
    return {"matrix/answer to each language": counts / totals}


# === Main ===================================================================


def main(config: Config = QUICK) -> None:
    keras.utils.set_random_seed(config.seed)
    data = load_data(config)
    model = build_model(config)
    train(model, data.train, config)
    print(evaluate(model, data.test))


if __name__ == "__main__":
    main()
