"""class_weight divides by the samples, cross_entropy's weight does not."""

import numpy as np

KERAS = """\
fit turns class_weight into sample weights and divides by N (keras/src/
trainers/data_adapters/data_adapter_utils.py)."""

PYTORCH = """\
F.cross_entropy(weight=) divides by the sum of the samples' weights, batch by
batch (torch/nn/functional.py); the binary losses' weight divides by N."""

FIX = """\
reduction="sum", divided by N, in PyTorch; in Keras a loss with
reduction="mean_with_sample_weight"."""

GAP = 1.0
CLOSED = {"float32": 1e-5, "float64": 1e-13}


def inputs():
    """Labels of which the rare one weighs most."""
    random = np.random.default_rng(0)
    return {
        "x": random.normal(size=(8, 4)),
        "kernel": random.normal(size=(4, 3)),
        "labels": np.array([0, 0, 0, 0, 1, 1, 1, 2]),
    }


def keras_default(x, kernel, labels):
    import keras
    from keras import layers

    dense = layers.Dense(3, use_bias=False)
    model = keras.Sequential([keras.Input((4,)), dense])
    dense.set_weights([kernel])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("sgd", loss)
    weights = {0: 1.0, 1: 2.0, 2: 5.0}
    fitted = model.fit(x, labels, 8, class_weight=weights, verbose=0)
    return fitted.history["loss"]


def torch_default(x, kernel, labels):
    import torch
    import torch.nn.functional as F

    logits = torch.from_numpy(x) @ torch.from_numpy(kernel)
    weight = torch.tensor([1.0, 2.0, 5.0])
    loss = F.cross_entropy(logits, torch.from_numpy(labels), weight)
    return [loss.item()]


def torch_as_keras(x, kernel, labels):
    import torch
    import torch.nn.functional as F

    logits = torch.from_numpy(x) @ torch.from_numpy(kernel)
    labels = torch.from_numpy(labels)
    weight = torch.tensor([1.0, 2.0, 5.0])
    loss = F.cross_entropy(logits, labels, weight, reduction="sum")
    return [loss.item() / len(labels)]


def keras_as_torch(x, kernel, labels):
    import keras
    from keras import layers

    dense = layers.Dense(3, use_bias=False)
    model = keras.Sequential([keras.Input((4,)), dense])
    dense.set_weights([kernel])
    loss = keras.losses.SparseCategoricalCrossentropy(
        from_logits=True, reduction="mean_with_sample_weight"
    )
    model.compile("sgd", loss)
    weights = {0: 1.0, 1: 2.0, 2: 5.0}
    fitted = model.fit(x, labels, 8, class_weight=weights, verbose=0)
    return fitted.history["loss"]
