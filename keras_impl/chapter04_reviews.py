"""Is a film review favourable? Dense layers on bags of words, in Keras.

Book: section 4.1.  Twin: torch_impl/chapter04_reviews.py
Run: python -m keras_impl.chapter04_reviews
Expect: accuracy 0.87 to 0.90 on 9,900 unseen reviews, in about 10 s.
"""

import keras
import numpy as np
from keras import layers

from shared_data import Arrays, Data
from shared_data.chapter04_reviews import QUICK, Config, load_data

# === Data ===================================================================


def to_inputs(words: np.ndarray) -> np.ndarray:
    return words  # (10000,): bytes; the model casts each batch to floats


# === Model ==================================================================


def build_model(config: Config) -> keras.Model:
    words = keras.Input((config.words,))
    x = layers.Dense(16, activation="relu", name="hidden1")(words)  # (16,)
    x = layers.Dense(16, activation="relu", name="hidden2")(x)
    logit = layers.Dense(1, name="classifier")(x)  # (1,)
    return keras.Model(words, logit)


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


def predict(model: keras.Model, words: np.ndarray) -> np.ndarray:
    """Return the logits, (N, 1): above 0 means favourable."""
    return model.predict(to_inputs(words), batch_size=512)


def evaluate(model: keras.Model, arrays: Arrays) -> dict[str, float]:
    favourable = predict(model, arrays.inputs) > 0
    return {"accuracy": float(np.mean(favourable == arrays.targets))}


# === Exhibit ================================================================


def exhibit(
    model: keras.Model, data: Data, config: Config
) -> dict[str, np.ndarray]:
    """Return the words that alone speak most for a film, and against it."""
    alone = np.eye(len(data.more["words"]), config.words, dtype=np.uint8)
    order = np.argsort(predict(model, alone)[:, 0], kind="stable")
    words = data.more["words"][order]
    return {"text/for": words[:-11:-1], "text/against": words[:10]}


# === Main ===================================================================


def main(config: Config = QUICK) -> None:
    keras.utils.set_random_seed(config.seed)
    data = load_data(config)
    model = build_model(config)
    train(model, data.train, config)
    print(evaluate(model, data.test))


if __name__ == "__main__":
    main()
