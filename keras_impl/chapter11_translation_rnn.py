"""English to Spanish and Korean, two GRUs, in Keras.

Book: section 11.5.  Twin: torch_impl/chapter11_translation_rnn.py
Run: python -m keras_impl.chapter11_translation_rnn
Expect: accuracy 0.71 of next pieces, 0.47 by the commonest one; 15 s.
"""

import keras
import numpy as np
from keras import layers, ops

from shared_data import Arrays, Data
from shared_data.chapter11_translation_rnn import (
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


def build_model(config: Config) -> keras.Model:
    source = keras.Input((config.source_length,), dtype="int32", name="source")
    target = keras.Input((config.target_length,), dtype="int32", name="target")
    x = layers.Embedding(
        config.source_words, config.width, name="source_embedding"
    )(source)  # (20, 64)
    # Read from both ends; padding is passed over, so that both directions
    # begin or end with the last word. It does not reach the second GRU: what
    # stands behind a translation's end cannot change it.
    encoded = layers.Bidirectional(
        layers.GRU(config.units), merge_mode="sum", name="encoder"
    )(x, mask=ops.not_equal(source, PADDING))  # (128,): one thought
    x = layers.Embedding(
        config.target_words, config.width, name="target_embedding"
    )(target)  # (28, 64)
    x = layers.GRU(config.units, return_sequences=True, name="decoder")(
        x, initial_state=encoded
    )  # (28, 128)
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
    # Too small to be felt, wherever it sits; and a word that a batch holds
    # twice is squared twice: see `rmsprop_epsilon` and `embedding_gradients`.
    return keras.optimizers.RMSprop(
        config.learning_rate, epsilon=config.epsilon
    )


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
    """Return translations of test sentences, and how good they are."""
    inputs, targets = data.test.inputs, data.test.targets
    sources, pieces = data.more["source words"], data.more["target words"]
    texts = {name: array[:100] for name, array in inputs.items()}
    words = generate(model, texts)
    translations = [text_of(row, pieces) for row in words]
    references = [text_of(row, pieces) for row in targets[:100]]
    scores = translation_scores(translations, references)
    return {
        "text/english": np.array(
            [text_of(row, sources) for row in texts["source"][:8]]
        ),
        "text/translations": np.array(translations[:8]),
        "text/references": np.array(references[:8]),
        "text/scores": np.array(
            [f"{name} {score:.3f}" for name, score in scores.items()]
        ),
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
