"""Two networks, one that draws digits and one that finds it out, in Keras.

Book: section 12.5.  Twin: torch_impl/chapter12_gan.py
Run: python -m keras_impl.chapter12_gan
Expect: a distance of 4 to 6.6, the mean digit has 9.7; in about 15 s.
"""

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from shared_data import Arrays, Data
from shared_data.chapter12_gan import (
    QUICK,
    SHRINK,
    Config,
    judged,
    load_data,
)

# === Data ===================================================================


def to_inputs(inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return inputs  # images (size, size, 1), latent (2, 128), label noise (2,)


# === Model ==================================================================


class GAN(keras.Model):
    """Two models, each with a step and an optimizer of its own."""

    def __init__(
        self, discriminator: keras.Model, generator: keras.Model
    ) -> None:
        super().__init__()
        self.discriminator = discriminator
        self.generator = generator

    def call(self, latent):
        return self.generator(latent)

    def compile(self, optimizers, loss_fn) -> None:
        super().compile()
        self.optimizers = optimizers
        self.loss_fn = loss_fn
        self.discriminator_loss = keras.metrics.Mean(name="discriminator")
        self.generator_loss = keras.metrics.Mean(name="generator")

    @property
    def metrics(self) -> list[keras.Metric]:
        return [self.discriminator_loss, self.generator_loss]

    def train_step(self, inputs):
        images, noise = inputs["images"], inputs["label noise"]
        latent = inputs["latent"]

        # Generated images are labelled 1, real ones 0.
        generated = self.generator(latent[:, 0], training=True)
        both = ops.concatenate([generated, images])
        ones = ops.ones_like(noise[:, :1])
        labels = ops.concatenate([ones + noise[:, :1], noise[:, 1:]])
        with tf.GradientTape() as tape:
            logits = self.discriminator(both, training=True)
            discriminator_loss = self.loss_fn(labels, logits)
        weights = self.discriminator.trainable_weights
        gradients = tape.gradient(discriminator_loss, weights)
        self.optimizers["discriminator"].apply(gradients, weights)

        # The generator learns to be called real; the discriminator, though
        # asked, does not move.
        with tf.GradientTape() as tape:
            generated = self.generator(latent[:, 1], training=True)
            logits = self.discriminator(generated, training=True)
            generator_loss = self.loss_fn(ops.zeros_like(ones), logits)
        weights = self.generator.trainable_weights
        gradients = tape.gradient(generator_loss, weights)
        self.optimizers["generator"].apply(gradients, weights)

        count = ops.shape(images)[0]
        self.discriminator_loss.update_state(discriminator_loss, count)
        self.generator_loss.update_state(generator_loss, count)
        return {metric.name: metric.result() for metric in self.metrics}


def build_model(config: Config) -> keras.Model:
    size = config.size // SHRINK  # of the smallest feature map
    width = config.discriminator_width

    images = keras.Input((config.size, config.size, 1))
    x = layers.Conv2D(width, 4, 2, padding="same", name="conv1")(images)
    # The layer's own slope is 0.3: `leaky_relu_slope`.
    x = layers.LeakyReLU(0.2)(x)  # half the size
    x = layers.Conv2D(2 * width, 4, 2, padding="same", name="conv2")(x)
    x = layers.LeakyReLU(0.2)(x)  # a quarter
    x = layers.Conv2D(2 * width, 4, 2, padding="same", name="conv3")(x)
    x = layers.LeakyReLU(0.2)(x)  # an eighth
    x = layers.Flatten()(x)  # rows, columns, channels: `flatten_order`
    x = layers.Dropout(config.dropout)(x)
    logit = layers.Dense(1, name="classifier")(x)  # above 0: generated
    discriminator = keras.Model(images, logit, name="discriminator")

    width = config.generator_width
    latent = keras.Input((config.latent,))
    x = layers.Dense(size * size * 2 * width, name="hidden")(latent)
    x = layers.Reshape((size, size, 2 * width))(x)  # an eighth of the size
    x = layers.Conv2DTranspose(2 * width, 4, 2, padding="same", name="up1")(x)
    x = layers.LeakyReLU(0.2)(x)  # a quarter
    x = layers.Conv2DTranspose(4 * width, 4, 2, padding="same", name="up2")(x)
    x = layers.LeakyReLU(0.2)(x)  # half
    x = layers.Conv2DTranspose(8 * width, 4, 2, padding="same", name="up3")(x)
    x = layers.LeakyReLU(0.2)(x)  # all of it
    generated = layers.Conv2D(
        1, 5, padding="same", activation="sigmoid", name="pixels"
    )(x)
    generator = keras.Model(latent, generated, name="generator")

    return GAN(discriminator, generator)


# === Training ===============================================================


def make_loss(config: Config) -> keras.losses.Loss:
    # Unless told, it takes logits for probabilities: `from_logits_default`.
    return keras.losses.BinaryCrossentropy(from_logits=True)


def make_optimizer(
    config: Config, model: keras.Model
) -> dict[str, keras.optimizers.Optimizer]:
    # Epsilon is added before the bias correction here, after it in PyTorch:
    # see `adam_epsilon`.
    return {
        name: keras.optimizers.Adam(config.learning_rate, beta_1=config.beta_1)
        for name in ("discriminator", "generator")
    }


def train(
    model: keras.Model, arrays: Arrays, config: Config, shuffle: bool = True
) -> list[float]:
    """Train `model` in place; return the mean of both losses by epoch."""
    model.compile(make_optimizer(config, model), make_loss(config))
    # A seeded fit repeats one order every epoch: see `fit_shuffle`.
    history = model.fit(
        to_inputs(arrays.inputs),
        batch_size=config.batch_size,
        epochs=config.epochs,
        shuffle=shuffle,
    )
    losses = history.history
    return np.add(losses["discriminator"], losses["generator"]).tolist()


# === Evaluation =============================================================


def predict(model: keras.Model, inputs: dict[str, np.ndarray]) -> np.ndarray:
    """Return an image for each latent place, (N, size, size, 1) in [0, 1]."""
    return model.predict(to_inputs(inputs)["latent"][:, 1], batch_size=64)


def evaluate(model: keras.Model, arrays: Arrays) -> dict[str, float]:
    """Return how far generated digits are from real ones, and how diverse."""
    images = predict(model, arrays.inputs)
    return judged(images, arrays.inputs["images"], arrays.targets)


# === Exhibit ================================================================


def exhibit(
    model: keras.Model, data: Data, config: Config
) -> dict[str, np.ndarray]:
    """Return real digits and generated ones."""
    inputs = {name: array[:16] for name, array in data.test.inputs.items()}
    return {
        "images/real": inputs["images"][..., 0],
        "images/generated": predict(model, inputs)[..., 0],
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
