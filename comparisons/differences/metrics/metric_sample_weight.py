"""sample_weight changes the loss, but not the metrics of compile."""

import numpy as np

KERAS = """\
`metrics` never see weights; `weighted_metrics` do, and divide by their sum
(keras/src/trainers/trainer.py, compile)."""

PYTORCH = """\
Whoever weights samples weights the accuracy by hand, or forgets to."""

FIX = """\
compile(weighted_metrics=[...]) in Keras; the plain mean in PyTorch. The
loss divides by the number of samples all the same: see sample_weight_mean."""

GAP = 0.05
CLOSED = {"float32": 1e-6, "float64": 1e-14}


def inputs():
    """Weights that favour what is predicted well."""
    random = np.random.default_rng(0)
    logits = random.normal(size=(64, 3))
    labels = random.integers(3, size=64)
    weights = 0.5 + 2 * (logits.argmax(-1) == labels)
    return {"logits": logits, "labels": labels, "weights": weights}


def keras_default(logits, labels, weights):
    import keras
    from keras import layers

    outputs = layers.Activation("linear")
    model = keras.Sequential([keras.Input((3,)), outputs])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(loss=loss, metrics=["accuracy"])
    results = model.evaluate(
        logits, labels, sample_weight=weights, verbose=0, return_dict=True
    )
    return results["accuracy"]


def torch_default(logits, labels, weights):
    import torch

    correct = torch.from_numpy(logits).argmax(1) == torch.from_numpy(labels)
    weights = torch.from_numpy(weights)
    return (weights * correct).sum() / weights.sum()


def torch_as_keras(logits, labels, weights):
    import torch

    correct = torch.from_numpy(logits).argmax(1) == torch.from_numpy(labels)
    return correct.double().mean()


def keras_as_torch(logits, labels, weights):
    import keras
    from keras import layers

    outputs = layers.Activation("linear")
    model = keras.Sequential([keras.Input((3,)), outputs])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(loss=loss, weighted_metrics=["accuracy"])
    results = model.evaluate(
        logits, labels, sample_weight=weights, verbose=0, return_dict=True
    )
    return results["accuracy"]
