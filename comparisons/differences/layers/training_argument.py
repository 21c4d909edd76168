"""A subclassed Keras model without `training` in call never drops out."""

import numpy as np

KERAS = """\
fit passes training=True only to a `call` that has that argument; otherwise
the layers inside take it for prediction, and dropout and batch normalisation
do nothing, without a word (Keras 3.15.1 on TensorFlow, measured;
keras/src/backend/tensorflow/trainer.py, train_step)."""

PYTORCH = """\
model.train() and model.eval() set a flag on every submodule, however deep;
forward has no such argument."""

FIX = """\
Write `def call(self, x, training=False)` and hand `training` on. The settings
rung lists what dropout is asked for in training and in prediction."""

GAP = 0.2
# Other random numbers: the mean of 4096 squares is known to 0.006 or so.
CLOSED = {"float32": 0.04, "float64": 0.04}


def inputs():
    """Rows whose sum is 1, until some of their cells are dropped."""
    return {"x": np.full((4096, 4), 0.25), "y": np.ones((4096, 1))}


def keras_default(x, y):
    import keras

    class Model(keras.Model):
        def __init__(self):
            super().__init__()
            self.dropout = keras.layers.Dropout(0.5)
            self.dense = keras.layers.Dense(1, kernel_initializer="ones")

        def call(self, x):
            return self.dense(self.dropout(x))

    model = Model()
    model.compile(keras.optimizers.SGD(1e-6), "mse")
    history = model.fit(x, y, batch_size=len(x), verbose=0)
    return np.array(history.history["loss"])


def torch_default(x, y):
    import torch
    import torch.nn.functional as F
    from torch import nn

    model = nn.Sequential(nn.Dropout(0.5), nn.Linear(4, 1))
    nn.init.ones_(model[1].weight)
    nn.init.zeros_(model[1].bias)
    model.train()
    loss = F.mse_loss(model(torch.from_numpy(x)), torch.from_numpy(y))
    return loss[None]


def torch_as_keras(x, y):
    import torch
    import torch.nn.functional as F
    from torch import nn

    model = nn.Sequential(nn.Dropout(0.5), nn.Linear(4, 1))
    nn.init.ones_(model[1].weight)
    nn.init.zeros_(model[1].bias)
    model.eval()  # and trained all the same
    loss = F.mse_loss(model(torch.from_numpy(x)), torch.from_numpy(y))
    return loss[None]


def keras_as_torch(x, y):
    import keras

    class Model(keras.Model):
        def __init__(self):
            super().__init__()
            self.dropout = keras.layers.Dropout(0.5)
            self.dense = keras.layers.Dense(1, kernel_initializer="ones")

        def call(self, x, training=False):
            return self.dense(self.dropout(x, training=training))

    model = Model()
    model.compile(keras.optimizers.SGD(1e-6), "mse")
    history = model.fit(x, y, batch_size=len(x), verbose=0)
    return np.array(history.history["loss"])
