"""The loss that fit reports is not the mean of the batches' losses."""

import numpy as np

KERAS = """\
Weights each batch's loss by its number of samples, so that a short last batch
counts for less (keras/src/backend/tensorflow/trainer.py, train_step)."""

PYTORCH = """\
Keeps no loss of an epoch; loops mostly divide the sum of the batches' losses
by len(loader)."""

FIX = """\
Add up loss * len(batch) and divide by the number of samples; or drop the last
batch on both sides (drop_last=True)."""

GAP = 0.3
CLOSED = {"float32": 5e-6, "float64": 1e-14}


def inputs():
    """Ten samples in batches of four: the last two are the odd ones."""
    random = np.random.default_rng(0)
    y = random.normal(size=(10, 1))
    y[8:] += 6
    return {
        "x": random.normal(size=(10, 3)),
        "y": y,
        "kernel": random.normal(size=(3, 1)),
    }


def keras_default(x, y, kernel):
    import keras
    from keras import layers

    model = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
    model.set_weights([kernel, np.zeros(1)])
    model.compile(keras.optimizers.SGD(0.125), "mse")
    history = model.fit(x, y, batch_size=4, shuffle=False, verbose=0)
    return history.history["loss"][0]


def torch_default(x, y, kernel):
    import torch
    import torch.nn.functional as F
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset

    x, y, kernel = map(torch.from_numpy, (x, y, kernel))
    model = nn.Linear(3, 1)
    model.load_state_dict({"weight": kernel.T, "bias": torch.zeros(1)})
    optimizer = torch.optim.SGD(model.parameters(), 0.125)
    loader = DataLoader(TensorDataset(x, y), 4)
    total = 0.0
    for inputs, targets in loader:
        loss = F.mse_loss(model(inputs), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(loader)


def torch_as_keras(x, y, kernel):
    import torch
    import torch.nn.functional as F
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset

    x, y, kernel = map(torch.from_numpy, (x, y, kernel))
    model = nn.Linear(3, 1)
    model.load_state_dict({"weight": kernel.T, "bias": torch.zeros(1)})
    optimizer = torch.optim.SGD(model.parameters(), 0.125)
    total = 0.0
    for inputs, targets in DataLoader(TensorDataset(x, y), 4):
        loss = F.mse_loss(model(inputs), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(inputs)
    return total / len(x)


def keras_as_torch(x, y, kernel):
    import keras
    from keras import layers

    model = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
    model.set_weights([kernel, np.zeros(1)])
    model.compile(keras.optimizers.SGD(0.125), "mse")
    losses = [
        model.train_on_batch(x[i : i + 4], y[i : i + 4], return_dict=True)
        for i in range(0, len(x), 4)
    ]
    return np.mean([one["loss"] for one in losses])
