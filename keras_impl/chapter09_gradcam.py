"""Where a network sees a cat: activations, filters, Grad-CAM, in Keras.

Book: section 9.4.  Twin: torch_impl/chapter09_gradcam.py
Run: python -m keras_impl.chapter09_gradcam
Expect: 0.75 of the heat in the right quarter, 0.25 by chance, in about 10 s.
"""

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from keras_impl.efficientnet_lite import activations_of, build_classifier
from shared_data import Arrays, Data
from shared_data.chapter09_gradcam import (
    QUICK,
    Config,
    first_noise,
    load_data,
    share_in_quarters,
)
from shared_data.sources.pictures import (
    to_grey,
    to_pattern,
    to_pixels,
    under_heat,
)

# === Data ===================================================================


def to_inputs(images: np.ndarray) -> np.ndarray:
    return images  # (256, 256, 3): Keras wants channels last


# === Model ==================================================================


def build_model(config: Config) -> keras.Model:
    return build_classifier()  # trained on ImageNet, and left as it is


# === Evaluation =============================================================


def predict(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """Return the logits of ImageNet's classes, (N, 1000)."""
    return model.predict(to_inputs(images), batch_size=8)


def heat_maps(
    model: keras.Model, images: np.ndarray, labels: np.ndarray
) -> np.ndarray:
    """Return Grad-CAM's heat of each image for its label, (N, 8, 8)."""
    backbone = model.get_layer("backbone")
    classifier = model.get_layer("classifier")
    features = backbone.predict(to_inputs(images), batch_size=8)
    features = ops.convert_to_tensor(features)  # (8, 8, 1280)
    with tf.GradientTape() as tape:
        tape.watch(features)
        logits = classifier(ops.mean(features, axis=(1, 2)))
        score = ops.sum(logits * ops.one_hot(labels, 1000, dtype=logits.dtype))
    gradients = tape.gradient(score, features)
    # How much a channel speaks for the label, times where it is active.
    weights = ops.mean(gradients, axis=(1, 2), keepdims=True)  # (1, 1, 1280)
    heat = ops.relu(ops.sum(weights * features, axis=-1))  # (8, 8)
    return ops.convert_to_numpy(heat / ops.max(heat, (1, 2), keepdims=True))


def evaluate(model: keras.Model, arrays: Arrays) -> dict[str, float]:
    heat = heat_maps(model, arrays.inputs, arrays.targets["labels"])
    shares = share_in_quarters(heat, arrays.targets["quarters"])
    return {"heat in the right quarter": float(shares.mean())}


# === Exhibit ================================================================


def activations(
    model: keras.Model, image: np.ndarray, config: Config
) -> list[np.ndarray]:
    """Return the first channels of each layer, (filters, H, W)."""
    backbone = model.get_layer("backbone")
    layers = activations_of(backbone, config.layers)
    found = layers(to_inputs(image[np.newaxis]))
    channels = [layer[0, ..., : config.filters] for layer in found]
    return [np.moveaxis(ops.convert_to_numpy(c), -1, 0) for c in channels]


def patterns(model: keras.Model, layer: str, config: Config) -> np.ndarray:
    """Return what excites the first filters of a layer most, by ascent."""
    backbone = model.get_layer("backbone")
    activation = activations_of(backbone, [layer])
    images = ops.convert_to_tensor(first_noise(config), backbone.dtype)
    for _ in range(config.ascent_steps):
        with tf.GradientTape() as tape:
            tape.watch(images)
            means = ops.mean(activation(images)[0], (1, 2))
            # Image i is to excite filter i.
            excitement = ops.sum(ops.diagonal(means))
        gradients = tape.gradient(excitement, images)
        size = ops.mean(ops.square(gradients), (1, 2, 3), keepdims=True)
        images += config.ascent_rate * gradients / ops.sqrt(size)
    return ops.convert_to_numpy(images)


def exhibit(
    model: keras.Model, data: Data, config: Config
) -> dict[str, np.ndarray]:
    """Show what the network answers to, and where it found its answer."""
    images = np.concatenate([data.train.inputs, data.test.inputs[:2]])
    labels = np.concatenate(
        [data.train.targets["labels"], data.test.targets["labels"][:2]]
    )
    heat = heat_maps(model, images, labels)
    shown = {
        "images/pictures": to_pixels(images),
        "images/heat maps": under_heat(images, heat),
    }
    maps = activations(model, images[0], config)
    for layer, channels in zip(config.layers, maps, strict=True):
        shown[f"images/activations of {layer}"] = to_grey(channels)
    for layer in config.layers:
        pattern = to_pattern(patterns(model, layer, config))
        shown[f"images/filters of {layer}"] = pattern
    return shown


# === Main ===================================================================


def main(config: Config = QUICK) -> None:
    keras.utils.set_random_seed(config.seed)
    data = load_data(config)
    model = build_model(config)
    print(evaluate(model, data.test))


if __name__ == "__main__":
    main()
