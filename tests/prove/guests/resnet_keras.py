"""A residual block with a projection, as keras.applications builds them."""

import keras
from keras import layers


def build_model():
    images = keras.Input((16, 16, 8))
    x = layers.Conv2D(16, 3, strides=2, padding="same", use_bias=False)(images)
    x = layers.BatchNormalization()(x)
    x = layers.ReLU()(x)
    x = layers.Conv2D(16, 3, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    shortcut = layers.Conv2D(16, 1, strides=2, use_bias=False)(images)
    shortcut = layers.BatchNormalization()(shortcut)
    x = layers.ReLU()(layers.add([x, shortcut]))
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(images, layers.Dense(10)(x))


def make_loss():
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def make_optimizer():
    return keras.optimizers.SGD(0.05, momentum=0.9)
