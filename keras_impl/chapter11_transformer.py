"""Is a film well received? A Transformer encoder on words, in Keras.

Book: section 11.4.  Twin: torch_impl/chapter11_transformer.py
Run: python -m keras_impl.chapter11_transformer
Expect: accuracy 0.71 to 0.75 on 2,500 unseen sentences, in about 10 s.
"""

import keras
import numpy as np
from keras import layers, ops

from shared_data import Arrays, Data
from shared_data.chapter11_transformer import QUICK, Config, load_data

# === Data ===================================================================


def to_inputs(words: np.ndarray) -> np.ndarray:
    return words  # (40,): the words' numbers, 0 where the text has ended


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


class Encoder(layers.Layer):
    """Attention among all words, then two dense layers for each of them."""

    def __init__(self, config: Config, **kwargs) -> None:
        super().__init__(**kwargs)
        # Each head gets key_dim, and not a part of it: `attention_key_dim`.
        self.attention = layers.MultiHeadAttention(
            config.heads, key_dim=config.width, name="attention"
        )
        # Epsilon is 1e-3 here, 1e-5 in PyTorch: `layer_norm_epsilon`.
        self.norm1 = layers.LayerNormalization(name="norm1")
        self.dense1 = layers.Dense(
            config.dense, activation="relu", name="dense1"
        )
        self.dense2 = layers.Dense(config.width, name="dense2")
        self.norm2 = layers.LayerNormalization(name="norm2")

    def call(self, x, is_word):
        # Scores are scaled by 1/sqrt(64), which Keras holds as a float32
        # even in float64: see `float32_constants`.
        attended = self.attention(
            x, x, attention_mask=is_word[:, np.newaxis, :]
        )
        x = self.norm1(x + attended)
        return self.norm2(x + self.dense2(self.dense1(x)))


def build_model(config: Config) -> keras.Model:
    words = keras.Input((config.length,), dtype="int32")
    # The mask is passed by hand: Embedding(mask_zero=True) hides the padding
    # from attention as well (`embedding_masks_attention`), but not from
    # GlobalMaxPooling1D.
    is_word = ops.not_equal(words, 0)  # (40,)
    x = WordAndPosition(
        config.words, config.length, config.width, name="embedding"
    )(words)  # (40, 64)
    x = Encoder(config, name="encoder")(x, is_word)
    x = ops.where(is_word[:, :, np.newaxis], x, -np.inf)
    x = layers.GlobalMaxPooling1D()(x)  # (64,)
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
    """Return where each head looks, row by row, in the first test text."""
    words = data.test.inputs[:1]
    words = words[:, : np.count_nonzero(words)]
    x = model.get_layer("embedding")(to_inputs(words))
    attention = model.get_layer("encoder").attention
    _, weights = attention(x, x, return_attention_scores=True)
    shown = {
        f"matrix/head {head}": matrix
        for head, matrix in enumerate(ops.convert_to_numpy(weights[0]), 1)
    }
    return shown | {"text/words": data.more["words"][words[0]]}


# === Main ===================================================================


def main(config: Config = QUICK) -> None:
    keras.utils.set_random_seed(config.seed)
    data = load_data(config)
    model = build_model(config)
    train(model, data.train, config)
    print(evaluate(model, data.test))


if __name__ == "__main__":
    main()
