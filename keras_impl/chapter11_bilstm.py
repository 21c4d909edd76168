"""Is a film well received? An LSTM that reads both ways, in Keras.

Book: section 11.3.3.  Twin: torch_impl/chapter11_bilstm.py
Run: python -m keras_impl.chapter11_bilstm
Expect: accuracy 0.73 to 0.76 on 2,500 unseen sentences, in about 10 s.
"""

import keras
import numpy as np
from keras import layers

from shared_data import Arrays, Data
from shared_data.chapter11_bilstm import QUICK, Config, load_data

# === Data ===================================================================


def to_inputs(words: np.ndarray) -> np.ndarray:
    return words  # (32,): the words' numbers, 0 where the text has ended


# === Model ==================================================================


def build_model(config: Config) -> keras.Model:
    words = keras.Input((config.length,), dtype="int32")
    # The mask that mask_zero makes stops either LSTM where the text ends; it
    # does the same as packing in PyTorch: see `sequence_masks`.
    x = layers.Embedding(config.words, 256, mask_zero=True, name="embedding")(
        words
    )  # (32, 256)
    # One bias per gate here, two in PyTorch: see `lstm_two_biases`.
    lstm = layers.LSTM(32)
    # Either way's last state: the last word's, then the first word's.
    x = layers.Bidirectional(lstm, name="lstm")(x)  # (64,)
    x = layers.Dropout(config.dropout)(x)
    logit = layers.Dense(1, name="classifier")(x)  # (1,)
    return keras.Model(words, logit)


# === Training ===============================================================


def make_loss(config: Config) -> keras.losses.Loss:
    # Unless told, it takes logits for probabilities: `from_logits_default`.
    return keras.losses.BinaryCrossentropy(from_logits=True)


def make_optimizer(
    config: Config, model: keras.Model
) -> keras.optimizers.Optimizer:
    # Epsilon sits inside the root here, outside in PyTorch, and a word that
    # a batch holds twice is squared twice: see `rmsprop_epsilon` and
    # `embedding_gradients`.
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
    """Return the logits, (N, 1): above 0 means well received."""
    return model.predict(to_inputs(words), batch_size=512)


def evaluate(model: keras.Model, arrays: Arrays) -> dict[str, float]:
    favourable = predict(model, arrays.inputs) > 0
    return {"accuracy": float(np.mean(favourable == arrays.targets))}


# === Exhibit ================================================================


def exhibit(
    model: keras.Model, data: Data, config: Config
) -> dict[str, np.ndarray]:
    """Read the longest test text, and tell the verdict after each word."""
    lengths = np.count_nonzero(data.test.inputs, axis=1)
    words, count = data.test.inputs[lengths.argmax()], lengths.max()
    # The first word, the first two, the first three ...
    logits = predict(model, np.tril(np.tile(words, (count, 1))))
    return {
        "series/in favour/probability": 1 / (1 + np.exp(-logits[:, 0])),
        "text/words": data.more["words"][words[:count]],
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
