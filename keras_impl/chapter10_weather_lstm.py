"""How much warmer will it be tomorrow? An LSTM on hourly weather, in Keras.

Book: section 10.2.  Twin: torch_impl/chapter10_weather_lstm.py
Run: python -m keras_impl.chapter10_weather_lstm
Expect: MAE 2.99 to 3.12 °C; 3.40 when nothing changes. About 6 s.
"""

import keras
import numpy as np
from keras import layers

from shared_data import Arrays, Data
from shared_data.chapter10_weather_lstm import (
    QUICK,
    READINGS,
    Config,
    load_data,
)

# === Data ===================================================================


def to_inputs(windows: np.ndarray) -> np.ndarray:
    return windows  # (120, 6): hours, readings


# === Model ==================================================================


def build_model(config: Config) -> keras.Model:
    windows = keras.Input((config.window_hours, len(READINGS)))
    # One bias per gate here, two in PyTorch: see `lstm_two_biases`.
    x = layers.LSTM(16, name="lstm")(windows)  # (16,): the last hour's state
    change = layers.Dense(1, name="forecast")(x)  # (1,)
    return keras.Model(windows, change)


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


def predict(model: keras.Model, windows: np.ndarray) -> np.ndarray:
    """Return the change over the next 24 hours in °C, (N, 1)."""
    return model.predict(to_inputs(windows), batch_size=512)


def evaluate(model: keras.Model, arrays: Arrays) -> dict[str, float]:
    error = predict(model, arrays.inputs) - arrays.targets
    return {"mae": float(np.mean(np.abs(error)))}  # °C


# === Exhibit ================================================================


def exhibit(
    model: keras.Model, data: Data, config: Config
) -> dict[str, np.ndarray]:
    """Draw a fortnight, each hour with what was forecast a day before."""
    now, later = data.more["now"], data.more["later"]
    forecast = now + predict(model, data.more["windows"])
    return {
        "series/a fortnight in °C/measured": later[:, 0],
        "series/a fortnight in °C/forecast": forecast[:, 0],
        "series/a fortnight in °C/same as now": now[:, 0],
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
