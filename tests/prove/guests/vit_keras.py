"""A block of a Vision Transformer: patches, attention before the norm, MLP."""

import keras
from keras import layers, ops


class Positions(layers.Layer):
    def __init__(self, count, width, **kwargs):
        super().__init__(**kwargs)
        self.count = count
        self.table = layers.Embedding(count, width, name="table")

    def build(self, shape):
        self.table.build(())

    def call(self, x):
        return x + self.table(ops.arange(self.count))


def build_model():
    images = keras.Input((16, 16, 3))
    x = layers.Conv2D(24, 4, strides=4, name="patches")(images)  # (4, 4, 24)
    x = layers.Reshape((16, 24))(x)
    x = Positions(16, 24, name="positions")(x)
    y = layers.LayerNormalization(epsilon=1e-6, name="norm1")(x)
    y = layers.MultiHeadAttention(3, 8, name="attention")(y, y)
    x = x + y
    y = layers.LayerNormalization(epsilon=1e-6, name="norm2")(x)
    y = layers.Dense(48, activation="gelu", name="mlp1")(y)
    y = layers.Dense(24, name="mlp2")(y)
    x = layers.LayerNormalization(epsilon=1e-6, name="norm3")(x + y)
    x = ops.mean(x, axis=1)
    return keras.Model(images, layers.Dense(5, name="head")(x))
