"""validation_split takes the last rows, not random ones."""

import numpy as np

KERAS = """\
Cuts at floor(n * (1 - validation_split)), before anything is shuffled: rows
sorted by class leave the last class to validation
(keras/src/trainers/data_adapters/array_slicing.py, train_validation_split)."""

PYTORCH = """\
random_split draws the rows, and gives what rounding leaves to the first part
(torch/utils/data/dataset.py, random_split)."""

FIX = """\
Slice the tail in PyTorch; in Keras shuffle with NumPy before fit, or give
validation_data."""

GAP = 0.4
# Random rows: the share of ones in 4,000 of 20,000 tells its own by 0.007.
CLOSED = {"float32": 0.05, "float64": 0.05}


def inputs():
    """Labels as a file has them: first all zeros, then all ones."""
    labels = np.repeat([0, 1], 10_000)[:, None]
    return {"x": np.zeros((20_000, 1)), "labels": labels}


def keras_default(x, labels):
    import keras
    from keras import layers

    # All outputs are 0, so val_loss is the share of ones in the held-out rows.
    model = keras.Sequential([keras.Input((1,)), layers.Dense(1)])
    model.compile("sgd", "mae")
    model.optimizer.learning_rate = 0.0
    history = model.fit(
        x, labels, batch_size=4000, validation_split=0.2, verbose=0
    )
    return history.history["val_loss"][0]


def torch_default(x, labels):
    import torch
    from torch.utils.data import TensorDataset, random_split

    x, labels = torch.from_numpy(x), torch.from_numpy(labels)
    train, validation = random_split(TensorDataset(x, labels), [0.8, 0.2])
    return labels[validation.indices].double().mean()


def torch_as_keras(x, labels):
    import math

    import torch

    labels = torch.from_numpy(labels)
    cut = math.floor(len(labels) * (1 - 0.2))
    return labels[cut:].double().mean()


def keras_as_torch(x, labels):
    import keras
    from keras import layers

    order = np.random.default_rng(0).permutation(len(x))
    model = keras.Sequential([keras.Input((1,)), layers.Dense(1)])
    model.compile("sgd", "mae")
    model.optimizer.learning_rate = 0.0
    history = model.fit(
        x[order],
        labels[order],
        batch_size=4000,
        validation_split=0.2,
        verbose=0,
    )
    return history.history["val_loss"][0]
