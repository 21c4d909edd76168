"""Tags each word of a sentence: embedding, a GRU in both directions."""

import keras
from keras import layers


def build_model():
    words = keras.Input((None,), dtype="int32")
    x = layers.Embedding(50, 12, name="words")(words)
    x = layers.Bidirectional(
        layers.GRU(8, return_sequences=True), name="encoder"
    )(x)
    return keras.Model(words, layers.Dense(6, name="tags")(x))


def make_loss():
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def make_optimizer():
    return keras.optimizers.SGD(0.1)
