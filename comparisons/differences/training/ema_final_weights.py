"""After fit with use_ema the Keras model holds the averaged weights."""

import numpy as np

KERAS = """\
fit ends by overwriting the weights with their average, and the last ones are
lost (keras/src/backend/tensorflow/trainer.py, fit;
base_optimizer.py, finalize_variable_values)."""

PYTORCH = """\
The average lives in an AveragedModel of its own; the model keeps its last
weights (torch/optim/swa_utils.py, AveragedModel)."""

FIX = """\
PyTorch: predict with the AveragedModel. Keras: a callback that keeps the last
weights at an epoch's end and puts them back when the training ends."""

GAP = 1e-2
CLOSED = {"float32": 2e-6, "float64": 1e-13}


def inputs():
    """A kernel and one batch, which is learned for five epochs."""
    random = np.random.default_rng(0)
    return {
        "kernel": random.normal(size=(6, 5)),
        "x": random.normal(size=(8, 6)),
        "y": random.normal(size=(8, 5)),
    }


def keras_default(kernel, x, y):
    import keras

    model = keras.Sequential([keras.layers.Dense(5, use_bias=False)])
    optimizer = keras.optimizers.SGD(0.1, use_ema=True)
    # Eagerly: to compile would take longer than five steps.
    model.compile(optimizer, "mse", run_eagerly=True)
    model.build(x.shape)
    model.set_weights([kernel])
    model.fit(x, y, epochs=5, verbose=0)
    return model.get_weights()[0]


def torch_default(kernel, x, y):
    import torch
    import torch.nn.functional as F
    from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

    x, y = torch.from_numpy(x), torch.from_numpy(y)
    model = torch.nn.Linear(6, 5, bias=False)
    model.weight.data = torch.from_numpy(kernel).T
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    average = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.99))
    for _ in range(5):
        optimizer.zero_grad()
        F.mse_loss(model(x), y).backward()
        optimizer.step()
        average.update_parameters(model)
    return model.weight.T


def torch_as_keras(kernel, x, y):
    import torch
    import torch.nn.functional as F
    from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

    x, y = torch.from_numpy(x), torch.from_numpy(y)
    model = torch.nn.Linear(6, 5, bias=False)
    model.weight.data = torch.from_numpy(kernel).T
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    average = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.99))
    for _ in range(5):
        optimizer.zero_grad()
        F.mse_loss(model(x), y).backward()
        optimizer.step()
        average.update_parameters(model)
    model.load_state_dict(average.module.state_dict())
    return model.weight.T


def keras_as_torch(kernel, x, y):
    import keras

    class KeepLastWeights(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.last = self.model.get_weights()

        def on_train_end(self, logs=None):
            self.model.set_weights(self.last)

    model = keras.Sequential([keras.layers.Dense(5, use_bias=False)])
    optimizer = keras.optimizers.SGD(0.1, use_ema=True)
    model.compile(optimizer, "mse", run_eagerly=True)
    model.build(x.shape)
    model.set_weights([kernel])
    model.fit(x, y, epochs=5, verbose=0, callbacks=[KeepLastWeights()])
    return model.get_weights()[0]
