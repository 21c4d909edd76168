"""Without a batch size Keras takes 32 rows at a time, a DataLoader one."""

import numpy as np

KERAS = """\
fit, evaluate and predict take batch_size=None for 32
(keras/src/trainers/data_adapters/array_data_adapter.py)."""

PYTORCH = """\
DataLoader(batch_size=1) (torch/utils/data/dataloader.py, DataLoader): the
optimizer takes 32 times as many steps in an epoch."""

FIX = """\
Name batch_size on both sides. Both keep a short last batch; drop_last=True
has no twin in fit: slice the arrays."""

# Updates in an epoch: 2 and 64.
GAP = 62.0
CLOSED = {"float32": 0.0, "float64": 0.0}


def inputs():
    random = np.random.default_rng(0)
    return {"x": random.normal(size=(64, 3)), "y": random.normal(size=(64, 1))}


def keras_default(x, y):
    import keras
    from keras import layers

    model = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(x, y, verbose=0)
    return model.optimizer.iterations.value


def torch_default(x, y):
    import torch
    from torch.utils.data import DataLoader, TensorDataset

    data = TensorDataset(torch.from_numpy(x), torch.from_numpy(y))
    return len(DataLoader(data))


def torch_as_keras(x, y):
    import torch
    from torch.utils.data import DataLoader, TensorDataset

    data = TensorDataset(torch.from_numpy(x), torch.from_numpy(y))
    return len(DataLoader(data, batch_size=32, shuffle=True))


def keras_as_torch(x, y):
    import keras
    from keras import layers

    model = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(x, y, batch_size=1, verbose=0)
    return model.optimizer.iterations.value
