"""Which word comes next? A small language model on reviews, in Keras.

Book: section 12.1.  Twin: torch_impl/chapter12_text_generation.py
Run: python -m keras_impl.chapter12_text_generation
Expect: perplexity 74 to 79; 166 by word frequencies alone. About 10 s.
"""

import keras
import numpy as np
from keras import layers, ops

from shared_data import Arrays, Data
from shared_data.chapter12_text_generation import (
    PADDING,
    QUICK,
    TEMPERATURES,
    UNKNOWN,
    Config,
    load_data,
)

# === Data ===================================================================


def to_inputs(words: np.ndarray) -> np.ndarray:
    return words  # (24,): the words' numbers


# === Model ==================================================================


class WordAndPosition(layers.Layer):
    """The sum of a learnt vector for the word and one for its place."""

    def __init__(self, words: int, length: int, width: int, **kwargs) -> None:
        super().__init__(**kwargs)
        self.words = layers.Embedding(words, width, name="words")
        self.positions = layers.Embedding(length, width, name="positions")

    def call(self, words):
        # A functional model would take a call on this constant for one, and
        # never train it: see `untracked_position_embedding`.
        places = ops.arange(words.shape[1])
        return self.words(words) + self.positions(places)


class Decoder(layers.Layer):
    """Attention to the words so far, then two dense layers for each word.

    The textbook takes the decoder of its translator, which attends twice;
    here is no second text, and one attention is enough.
    """

    def __init__(self, config: Config, **kwargs) -> None:
        super().__init__(**kwargs)
        # Each head gets key_dim, and not a part of it: `attention_key_dim`.
        self.attention = layers.MultiHeadAttention(
            config.heads, key_dim=config.width, name="attention"
        )
        # Epsilon is 1e-3 here, 1e-5 in PyTorch: `layer_norm_epsilon`.
        self.norm1 = layers.LayerNormalization(name="norm1")
        self.dense1 = layers.Dense(
            config.latent, activation="relu", name="dense1"
        )
        self.dense2 = layers.Dense(config.width, name="dense2")
        self.norm2 = layers.LayerNormalization(name="norm2")

    def call(self, x):
        # No word sees a later one, so none sees the padding, which is last.
        # The scale 1/sqrt(64) is a float32 even in float64:
        # see `float32_constants`.
        x = self.norm1(x + self.attention(x, x, use_causal_mask=True))
        return self.norm2(x + self.dense2(self.dense1(x)))


def build_model(config: Config) -> keras.Model:
    words = keras.Input((config.length,), dtype="int32")
    x = WordAndPosition(
        config.words, config.length, config.width, name="embedding"
    )(words)  # (24, 64)
    x = Decoder(config, name="decoder")(x)
    logits = layers.Dense(config.words, name="next_word")(x)  # (24, 1500)
    return keras.Model(words, logits)


# === Training ===============================================================


def make_loss(config: Config) -> keras.losses.Loss:
    # Unless told, it takes logits for probabilities: `from_logits_default`.
    return keras.losses.SparseCategoricalCrossentropy(
        from_logits=True, ignore_class=PADDING
    )


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
    """Return the logits of each next word, (N, 24, 1500)."""
    return model.predict(to_inputs(words), batch_size=512)


def evaluate(model: keras.Model, arrays: Arrays) -> dict[str, float]:
    surprise = keras.losses.SparseCategoricalCrossentropy(
        from_logits=True, ignore_class=PADDING
    )(arrays.targets, predict(model, arrays.inputs))
    return {"perplexity": float(ops.exp(surprise))}


# === Generation =============================================================


def generate(
    model: keras.Model,
    prompt: np.ndarray,
    temperature: float,
    uniform: np.ndarray,
) -> np.ndarray:
    """Continue `prompt` (words,) by a word for each number in `uniform`.

    A number in [0, 1) picks the word at which the chances, added up, exceed
    it. A low temperature makes the likely words likelier still.
    """
    length = model.input_shape[1]
    words = prompt
    for number in uniform:
        seen = words[-length:]
        padded = np.pad(seen, (0, length - len(seen)))[np.newaxis]
        logits = model(to_inputs(padded), training=False)[0, len(seen) - 1]
        # It may say anything but "[pad]" and "[unknown]".
        chances = ops.softmax(logits[UNKNOWN + 1 :] / temperature)
        reached = ops.convert_to_numpy(ops.cumsum(chances))
        place = np.searchsorted(reached[:-1], number, side="right")
        words = np.append(words, place + UNKNOWN + 1).astype(words.dtype)
    return words


# === Exhibit ================================================================


def exhibit(
    model: keras.Model, data: Data, config: Config
) -> dict[str, np.ndarray]:
    """Return what the model writes, cautious first."""
    prompt, uniform = data.more["prompt"], data.more["uniform"]
    shown = {}
    for temperature in TEMPERATURES:
        words = generate(model, prompt, temperature, uniform)
        text = " ".join(data.more["words"][words])
        shown[f"text/temperature {temperature}"] = np.array([text])
    return shown


# === Main ===================================================================


def main(config: Config = QUICK) -> None:
    keras.utils.set_random_seed(config.seed)
    data = load_data(config)
    model = build_model(config)
    train(model, data.train, config)
    print(evaluate(model, data.test))
    print(exhibit(model, data, config))


if __name__ == "__main__":
    main()
