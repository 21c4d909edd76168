"""A U-Net of two levels."""

import keras
from keras import layers


def block(x, filters, name):
    x = layers.Conv2D(filters, 3, padding="same", name=f"{name}_conv1")(x)
    x = layers.Activation("relu")(x)
    x = layers.Conv2D(filters, 3, padding="same", name=f"{name}_conv2")(x)
    return layers.Activation("relu")(x)


def build_model():
    images = keras.Input((16, 16, 1))
    skip = block(images, 6, "down1")
    x = layers.MaxPooling2D()(skip)
    x = block(x, 12, "down2")
    x = layers.Conv2DTranspose(6, 3, strides=2, padding="same", name="up")(x)
    x = layers.Concatenate()([skip, x])
    x = block(x, 6, "up1")
    return keras.Model(images, layers.Conv2D(1, 1, name="mask")(x))


def make_loss():
    return keras.losses.BinaryCrossentropy(from_logits=True)


def make_optimizer():
    return keras.optimizers.Adam(1e-3)
