"""A seeded Keras fit repeats the same batch order in every epoch."""

import numpy as np

KERAS = """\
After keras.utils.set_random_seed, fit(shuffle=True) on arrays draws one
permutation and repeats it each epoch (Keras 3.15.1 on TensorFlow, measured;
keras/src/trainers/data_adapters/array_data_adapter.py)."""

PYTORCH = """\
torch.randperm, or a DataLoader with shuffle=True, draws a new order for each
epoch."""

FIX = """\
For equal batches shuffle with NumPy and pass shuffle=False on both sides, as
the ladder does. Seeds never give both frameworks the same order."""

# How many orders three epochs take: one, or three.
GAP = 2.0
CLOSED = {"float32": 0.0, "float64": 0.0}


def inputs():
    return {"rows": np.arange(32.0)[:, None]}


def keras_default(rows):
    import keras

    seen = []

    class Watched(keras.Sequential):
        def train_step(self, data):
            seen.extend(data[0].numpy().ravel())
            return {"loss": 0.0}

    keras.utils.set_random_seed(0)
    model = Watched([keras.Input((1,))])
    model.compile(run_eagerly=True)
    model.fit(rows, rows, batch_size=8, epochs=3, verbose=0)
    return len(np.unique(np.reshape(seen, (3, -1)), axis=0))


def torch_default(rows):
    import torch
    from torch.utils.data import DataLoader

    torch.manual_seed(0)
    loader = DataLoader(torch.from_numpy(rows), 8, shuffle=True)
    seen = torch.cat([batch for _ in range(3) for batch in loader])
    return len(seen.reshape(3, -1).unique(dim=0))


def torch_as_keras(rows):
    import torch

    torch.manual_seed(0)
    rows = torch.from_numpy(rows)
    batches = torch.randperm(len(rows)).split(8)
    seen = torch.cat([rows[batch] for _ in range(3) for batch in batches])
    return len(seen.reshape(3, -1).unique(dim=0))


def keras_as_torch(rows):
    import keras

    seen = []

    class Watched(keras.Sequential):
        def train_step(self, data):
            seen.extend(data[0].numpy().ravel())
            return {"loss": 0.0}

    random = np.random.default_rng(0)
    model = Watched([keras.Input((1,))])
    model.compile(run_eagerly=True)
    for _ in range(3):
        x = rows[random.permutation(len(rows))]
        model.fit(x, x, batch_size=8, shuffle=False, verbose=0)
    return len(np.unique(np.reshape(seen, (3, -1)), axis=0))
