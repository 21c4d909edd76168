"""What is a house near Boston worth? Dense layers on a small table, in Keras.

Book: section 4.3.  Twin: torch_impl/chapter04_house_prices.py
Run: python -m keras_impl.chapter04_house_prices
Expect: MAE 2.0 to 2.3 k$ (folds: 2.6); 5.90 for the median. Up to 8 s a model.
"""

import keras
import numpy as np
from keras import layers

from shared_data import Arrays, Data
from shared_data.chapter04_house_prices import (
    FEATURES,
    QUICK,
    Config,
    cut_folds,
    load_data,
)

# === Data ===================================================================


def to_inputs(houses: np.ndarray) -> np.ndarray:
    return houses  # (12,): standardised features


# === Model ==================================================================


def build_model(config: Config) -> keras.Model:
    houses = keras.Input((len(FEATURES),))
    x = layers.Dense(64, activation="relu", name="hidden1")(houses)  # (64,)
    x = layers.Dense(64, activation="relu", name="hidden2")(x)
    price = layers.Dense(1, name="price")(x)  # (1,): any number, in k$
    return keras.Model(houses, price)


# === Training ===============================================================


def make_loss(config: Config) -> keras.losses.Loss:
    return keras.losses.MeanSquaredError()


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


def predict(model: keras.Model, houses: np.ndarray) -> np.ndarray:
    """Return the prices in k$, (N, 1)."""
    return model.predict(to_inputs(houses), batch_size=512)


def evaluate(model: keras.Model, arrays: Arrays) -> dict[str, float]:
    error = predict(model, arrays.inputs) - arrays.targets
    return {"mae": float(np.mean(np.abs(error)))}  # k$


def cross_validate(config: Config, arrays: Arrays) -> list[float]:
    """Return the MAE in k$ on each fold, by a model that never saw it."""
    scores = []
    for fold in cut_folds(arrays, config):
        model = build_model(config)
        train(model, fold.train, config)
        scores.append(evaluate(model, fold.test)["mae"])
    return scores


# === Exhibit ================================================================


def exhibit(
    model: keras.Model, data: Data, config: Config
) -> dict[str, np.ndarray]:
    """Return the price of each test tract, and what the model says."""
    paid, said = data.test.targets, predict(model, data.test.inputs)
    points = np.concatenate([paid, said, np.zeros_like(paid)], axis=1)
    return {"scatter/price and answer (k$)": points}


# === Main ===================================================================


def main(config: Config = QUICK) -> None:
    keras.utils.set_random_seed(config.seed)
    data = load_data(config)
    print({"mae of each fold": cross_validate(config, data.train)})
    model = build_model(config)
    train(model, data.train, config)
    print(evaluate(model, data.test))


if __name__ == "__main__":
    main()
