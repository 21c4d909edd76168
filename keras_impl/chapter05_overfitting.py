"""What makes a model overfit and what keeps it from it, in Keras.

Book: section 5.4.  Twin: torch_impl/chapter05_overfitting.py
Run: python -m keras_impl.chapter05_overfitting
Expect: accuracy 0.865 to 0.870 on 9,900 unseen reviews, in about 10 s.
"""

from collections.abc import Callable

import keras
import numpy as np
from keras import layers, regularizers

from shared_data import Arrays, Data
from shared_data.chapter05_overfitting import (
    EXPERIMENTS,
    QUICK,
    Config,
    load_data,
    load_experiment,
)

# === Data ===================================================================


def to_inputs(table: np.ndarray) -> np.ndarray:
    return table  # (features,): words are bytes; the model casts each batch


# === Model ==================================================================


def build_model(config: Config) -> keras.Model:
    inputs = keras.Input((config.features,))
    x = inputs
    for number, units in enumerate(config.hidden, 1):
        # The penalty is l2 * sum(kernel**2), whose gradient is twice l2 times
        # the kernel: see `l2_weight_decay`.
        x = layers.Dense(
            units,
            activation="relu",
            kernel_regularizer=regularizers.l2(config.l2)
            if config.l2
            else None,
            name=f"hidden{number}",
        )(x)  # (units,)
        if config.dropout:
            x = layers.Dropout(config.dropout)(x)
    logits = layers.Dense(config.outputs, name="classifier")(x)
    return keras.Model(inputs, logits)


# === Training ===============================================================


def make_loss(config: Config) -> keras.losses.Loss:
    return loss_for(config.outputs)


def loss_for(outputs: int) -> keras.losses.Loss:
    # Unless told, it takes logits for probabilities: `from_logits_default`.
    if outputs == 1:
        return keras.losses.BinaryCrossentropy(from_logits=True)
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def make_optimizer(
    config: Config, model: keras.Model
) -> keras.optimizers.Optimizer:
    # Epsilon sits inside the root here, outside in PyTorch:
    # see `rmsprop_epsilon`.
    return keras.optimizers.RMSprop(config.learning_rate)


def train(
    model: keras.Model,
    arrays: Arrays,
    config: Config,
    shuffle: bool = True,
    after_epoch: Callable[[], None] = lambda: None,
) -> list[float]:
    """Train `model` in place; return the mean loss of each epoch."""
    model.compile(
        optimizer=make_optimizer(config, model), loss=make_loss(config)
    )
    # The loss that Keras reports holds the penalty: see `l2_reported_loss`.
    # A seeded fit repeats one order every epoch: see `fit_shuffle`.
    history = model.fit(
        to_inputs(arrays.inputs),
        arrays.targets,
        batch_size=config.batch_size,
        epochs=config.epochs,
        shuffle=shuffle,
        callbacks=[
            keras.callbacks.LambdaCallback(
                on_epoch_end=lambda epoch, logs: after_epoch()
            )
        ],
    )
    return history.history["loss"]


# === Evaluation =============================================================


def predict(model: keras.Model, table: np.ndarray) -> np.ndarray:
    """Return the logits: (N, 1) for reviews, (N, 10) for digits."""
    return model.predict(to_inputs(table), batch_size=512)


def evaluate(model: keras.Model, arrays: Arrays) -> dict[str, float]:
    logits = predict(model, arrays.inputs)
    answers = logits > 0 if logits.shape[1] == 1 else logits.argmax(axis=1)
    loss = loss_for(logits.shape[1])(arrays.targets, logits)
    return {
        "accuracy": float(np.mean(answers == arrays.targets)),
        "loss": float(loss),  # without the penalty
    }


# === Exhibit ================================================================


def exhibit(
    model: keras.Model, data: Data, config: Config
) -> dict[str, np.ndarray]:
    """Train every experiment of the chapter; return its scores by epoch."""
    curves = {}
    for panel, experiments in EXPERIMENTS.items():
        for label, experiment in experiments.items():
            keras.utils.set_random_seed(config.seed)
            table = load_experiment(experiment, config, data)
            scores = follow(table, experiment, panel)
            curves[f"curve/{panel}/{label}"] = np.array(scores)
    return curves


def follow(data: Data, config: Config, panel: str) -> list[float]:
    """Train a model; return what the panel's name says, after each epoch."""
    split, score = panel.split()[:2]
    watched = data.test if split == "test" else data.train
    model = build_model(config)
    scores: list[float] = []
    train(
        model,
        data.train,
        config,
        after_epoch=lambda: scores.append(evaluate(model, watched)[score]),
    )
    return scores


# === Main ===================================================================


def main(config: Config = QUICK) -> None:
    keras.utils.set_random_seed(config.seed)
    data = load_data(config)
    model = build_model(config)
    train(model, data.train, config)
    print(evaluate(model, data.test))


if __name__ == "__main__":
    main()
