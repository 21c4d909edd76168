"""English to Spanish and Korean, a Transformer, in Keras.

Book: section 11.5.  Twin: torch_impl/chapter11_translation_transformer.py
Run: python -m keras_impl.chapter11_translation_transformer
Expect: accuracy 0.90 of next pieces, 0.47 by the commonest one; 20 s.
"""

import keras
import numpy as np
from keras import layers, ops

from shared_data import Arrays, Data
from shared_data.chapter11_translation_transformer import (
    PADDING,
    QUICK,
    Config,
    load_data,
    text_of,
    translation_scores,
)

# === Data ===================================================================


def to_inputs(texts: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    # `source` (20,), and `target` (28,): the translation so far
    return {"source": texts["source"], "target": texts["target"]}


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
        # The scale 1/sqrt(64) of the scores is a float32 even in float64:
        # see `float32_constants`.
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
        attended = self.attention(
            x, x, attention_mask=is_word[:, np.newaxis, :]
        )
        x = self.norm1(x + attended)
        return self.norm2(x + self.dense2(self.dense1(x)))


class Decoder(layers.Layer):
    """Attention to the words so far, and to the source; then dense layers."""

    def __init__(self, config: Config, **kwargs) -> None:
        super().__init__(**kwargs)
        self.attention = layers.MultiHeadAttention(
            config.heads, key_dim=config.width, name="attention"
        )
        self.norm1 = layers.LayerNormalization(name="norm1")
        self.cross_attention = layers.MultiHeadAttention(
            config.heads, key_dim=config.width, name="cross_attention"
        )
        self.norm2 = layers.LayerNormalization(name="norm2")
        self.dense1 = layers.Dense(
            config.dense, activation="relu", name="dense1"
        )
        self.dense2 = layers.Dense(config.width, name="dense2")
        self.norm3 = layers.LayerNormalization(name="norm3")

    def call(self, x, encoded, is_word):
        x = self.attend(x)
        crossed = self.cross_attention(
            x, encoded, attention_mask=is_word[:, np.newaxis, :]
        )
        x = self.norm2(x + crossed)
        return self.norm3(x + self.dense2(self.dense1(x)))

    def attend(self, x):
        # No word sees a later one, so none sees the padding, which is last.
        return self.norm1(x + self.attention(x, x, use_causal_mask=True))


def build_model(config: Config) -> keras.Model:
    source = keras.Input((config.source_length,), dtype="int32", name="source")
    target = keras.Input((config.target_length,), dtype="int32", name="target")
    is_word = ops.not_equal(source, PADDING)  # (20,)
    x = WordAndPosition(
        config.source_words,
        config.source_length,
        config.width,
        name="source_embedding",
    )(source)  # (20, 64)
    encoded = Encoder(config, name="encoder")(x, is_word)
    x = WordAndPosition(
        config.target_words,
        config.target_length,
        config.width,
        name="target_embedding",
    )(target)  # (28, 64)
    x = Decoder(config, name="decoder")(x, encoded, is_word)
    x = layers.Dropout(config.dropout)(x)
    logits = layers.Dense(config.target_words, name="next_word")(x)
    return keras.Model({"source": source, "target": target}, logits)


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


def predict(model: keras.Model, texts: dict[str, np.ndarray]) -> np.ndarray:
    """Return the logits of each next word, (N, 28, 350)."""
    return model.predict(to_inputs(texts), batch_size=512)


def evaluate(model: keras.Model, arrays: Arrays) -> dict[str, float]:
    """Return how many next words are right, given all words before."""
    right = predict(model, arrays.inputs).argmax(-1) == arrays.targets
    return {"accuracy": float(np.mean(right[arrays.targets != PADDING]))}


# === Generation =============================================================


def generate(model: keras.Model, texts: dict[str, np.ndarray]) -> np.ndarray:
    """Translate `source` word by word, the likeliest each time.

    Of `target` only the first mark is read, which names the language.
    Returns the words (N, 28), the mark first.
    """
    words = np.zeros_like(texts["target"])
    words[:, 0] = texts["target"][:, 0]
    for place in range(1, words.shape[1]):
        inputs = to_inputs({"source": texts["source"], "target": words})
        logits = model.predict_on_batch(inputs)
        words[:, place] = logits[:, place - 1].argmax(-1)
    return words


# === Exhibit ================================================================


def exhibit(
    model: keras.Model, data: Data, config: Config
) -> dict[str, np.ndarray]:
    """Return translations, and where the first one looked in the source."""
    inputs, targets = data.test.inputs, data.test.targets
    sources, pieces = data.more["source words"], data.more["target words"]
    texts = {name: array[:100] for name, array in inputs.items()}
    words = generate(model, texts)
    translations = [text_of(row, pieces) for row in words]
    references = [text_of(row, pieces) for row in targets[:100]]
    scores = translation_scores(translations, references)
    source = texts["source"][:1, : np.count_nonzero(texts["source"][0])]
    target = words[:1, : 1 + np.count_nonzero(targets[0])]
    is_word = np.ones(source.shape, dtype=bool)
    encoded = model.get_layer("encoder")(
        model.get_layer("source_embedding")(source), is_word
    )
    decoder = model.get_layer("decoder")
    _, looks = decoder.cross_attention(
        decoder.attend(model.get_layer("target_embedding")(target)),
        encoded,
        return_attention_scores=True,
    )
    return {
        "text/english": np.array(
            [text_of(row, sources) for row in texts["source"][:8]]
        ),
        "text/translations": np.array(translations[:8]),
        "text/references": np.array(references[:8]),
        "text/scores": np.array(
            [f"{name} {score:.3f}" for name, score in scores.items()]
        ),
        "matrix/attention, mean of the heads": ops.convert_to_numpy(
            ops.mean(looks[0], axis=0)
        ),
        "text/rows": pieces[target[0]],
        "text/columns": sources[source[0]],
    }


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
