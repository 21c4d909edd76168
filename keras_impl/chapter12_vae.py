"""A variational autoencoder that puts digits on a plane, in Keras.

Book: section 12.4.  Twin: torch_impl/chapter12_vae.py
Run: python -m keras_impl.chapter12_vae
Expect: 170 to 179 nats a digit; 208 by always drawing the mean one; 20 s.
"""

import keras
import numpy as np
from keras import layers, ops

from shared_data import Arrays, Data
from shared_data.chapter12_vae import (
    LATENT,
    QUICK,
    Config,
    latent_grid,
    load_data,
    tiled,
)

# === Data ===================================================================


def to_inputs(inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return inputs  # images (28, 28, 1): Keras wants channels last; noise (2,)


# === Model ==================================================================


class Autoencoder(keras.Model):
    """A functional model whose loss looks at all its outputs together."""

    def compute_loss(
        self, x=None, y=None, y_pred=None, sample_weight=None, training=True
    ):
        return self.loss(y, y_pred)


def build_model(config: Config) -> keras.Model:
    width = config.width
    same = {"padding": "same", "activation": "relu"}

    # With a stride of 2, "same" pads after the picture, and not on both
    # sides of it: see `same_padding`.
    images = keras.Input((28, 28, 1), name="images")
    x = layers.Conv2D(width, 3, 2, **same, name="conv1")(images)  # (14, 14)
    x = layers.Conv2D(2 * width, 3, 2, **same, name="conv2")(x)  # (7, 7)
    x = layers.Flatten()(x)  # rows, columns, channels: see `flatten_order`
    x = layers.Dense(16, activation="relu", name="hidden")(x)  # (16,)
    mean = layers.Dense(LATENT, name="mean")(x)  # (2,)
    log_variance = layers.Dense(LATENT, name="log_variance")(x)  # (2,)
    encoder = keras.Model(images, [mean, log_variance], name="encoder")

    # With a stride of 2, "same" crops after the picture: see `same_padding`.
    places = keras.Input((LATENT,))
    features = 7 * 7 * 2 * width
    # Not `hidden` again: Keras on PyTorch would clear one gradient of the two.
    x = layers.Dense(features, activation="relu", name="grid")(places)
    x = layers.Reshape((7, 7, 2 * width))(x)
    x = layers.Conv2DTranspose(2 * width, 3, 2, **same, name="up1")(x)
    x = layers.Conv2DTranspose(width, 3, 2, **same, name="up2")(x)  # (28, 28)
    logits = layers.Conv2D(1, 3, padding="same", name="pixels")(x)
    decoder = keras.Model(places, logits, name="decoder")  # (28, 28, 1)

    noise = keras.Input((LATENT,), name="noise")
    mean, log_variance = encoder(images)
    place = mean + ops.exp(0.5 * log_variance) * noise
    return Autoencoder(
        {"images": images, "noise": noise},
        {
            "logits": decoder(place),
            "mean": mean,
            "log_variance": log_variance,
        },
    )


# === Training ===============================================================


def reconstruction_loss(images, outputs):
    """Cross-entropy per image: the sum over its pixels, not their mean."""
    losses = ops.binary_crossentropy(
        images, outputs["logits"], from_logits=True
    )
    return ops.mean(ops.sum(losses, axis=(1, 2, 3)))


def kl_loss(outputs):
    """How far each digit's cloud is from the standard normal one, in nats."""
    mean, log_variance = outputs["mean"], outputs["log_variance"]
    losses = ops.square(mean) + ops.exp(log_variance) - log_variance - 1
    return ops.mean(0.5 * ops.sum(losses, axis=1))


def make_loss(config: Config):
    def negative_elbo(images, outputs):
        return reconstruction_loss(images, outputs) + kl_loss(outputs)

    return negative_elbo


def make_optimizer(
    config: Config, model: keras.Model
) -> keras.optimizers.Optimizer:
    # Epsilon is added before the bias correction here, after it in PyTorch:
    # see `adam_epsilon`.
    return keras.optimizers.Adam(config.learning_rate)


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


def outputs_of(
    model: keras.Model, inputs: dict[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Return logits (N, 28, 28, 1), means and log variances (N, 2)."""
    return model.predict(to_inputs(inputs), batch_size=512)


def predict(model: keras.Model, inputs: dict[str, np.ndarray]) -> np.ndarray:
    """Return the logits of each pixel, (N, 28, 28, 1)."""
    return outputs_of(model, inputs)["logits"]


def evaluate(model: keras.Model, arrays: Arrays) -> dict[str, float]:
    """Return the loss and its two parts, in nats per image."""
    outputs = outputs_of(model, arrays.inputs)
    reconstruction = float(reconstruction_loss(arrays.targets, outputs))
    kl = float(kl_loss(outputs))
    return {
        "loss": reconstruction + kl,
        "reconstruction": reconstruction,
        "kl": kl,
    }


# === Exhibit ================================================================


def exhibit(
    model: keras.Model, data: Data, config: Config
) -> dict[str, np.ndarray]:
    """Return what the decoder draws on the plane, and where digits lie."""
    decoder = model.get_layer("decoder")
    logits = decoder.predict(latent_grid(), batch_size=512)
    means = outputs_of(model, data.test.inputs)["mean"]
    digits = data.more["test digits"][: len(means)]
    return {
        "images/latent grid": tiled(1 / (1 + np.exp(-logits))),
        "scatter/latent means": np.column_stack([means, digits]),
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
