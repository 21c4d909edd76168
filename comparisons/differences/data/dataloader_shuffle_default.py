"""A DataLoader does not shuffle unless it is told to; Keras' fit does."""

import numpy as np

KERAS = """\
fit(shuffle=True) is the default for arrays; it is ignored for a tf.data
Dataset and for generators (keras/src/trainers/trainer.py, fit)."""

PYTORCH = """\
DataLoader(shuffle=None) reads rows in their order
(torch/utils/data/dataloader.py, DataLoader)."""

FIX = """\
DataLoader(..., shuffle=True) for training alone; fit(shuffle=False)."""

GAP = 0.3
# How far the means of shuffled batches of 64 spread tells its own by 0.006.
CLOSED = {"float32": 0.03, "float64": 0.03}


def inputs():
    """Rows sorted by label: unshuffled batches hold one class each."""
    return {"labels": np.repeat([0, 1], 2048)[:, None]}


def keras_default(labels):
    import keras

    means = []

    class Watched(keras.Sequential):
        def train_step(self, data):
            means.append(data[1].numpy().mean())
            return {"loss": 0.0}

    model = Watched([keras.Input((1,))])
    model.compile(run_eagerly=True)
    model.fit(labels, labels, batch_size=64, verbose=0)
    return np.std(means)


def torch_default(labels):
    import torch
    from torch.utils.data import DataLoader

    loader = DataLoader(torch.from_numpy(labels), batch_size=64)
    return np.std([batch.double().mean() for batch in loader])


def torch_as_keras(labels):
    import torch
    from torch.utils.data import DataLoader

    loader = DataLoader(torch.from_numpy(labels), batch_size=64, shuffle=True)
    return np.std([batch.double().mean() for batch in loader])


def keras_as_torch(labels):
    import keras

    means = []

    class Watched(keras.Sequential):
        def train_step(self, data):
            means.append(data[1].numpy().mean())
            return {"loss": 0.0}

    model = Watched([keras.Input((1,))])
    model.compile(run_eagerly=True)
    model.fit(labels, labels, batch_size=64, shuffle=False, verbose=0)
    return np.std(means)
