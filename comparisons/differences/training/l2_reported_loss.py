"""The loss that Keras reports includes the penalties; PyTorch's does not."""

import numpy as np

KERAS = """\
compile and fit add model.losses to the loss, in history, progress bar and
val_loss alike (keras/src/trainers/trainer.py, compute_loss)."""

PYTORCH = """\
weight_decay acts in the optimizer, after the loss: no number shows it."""

FIX = """\
Add sum(weight_decay / 2 * parameter**2), taken before the step, to what
train_step returns. To compare penalised models, measure the bare loss."""

GAP = 0.2
# 1/32 as the strength: TensorFlow's rounding to float32 leaves it as it is.
CLOSED = {"float32": 5e-6, "float64": 1e-13}


def inputs():
    random = np.random.default_rng(0)
    return {
        "x": random.normal(size=(16, 4)),
        "y": random.normal(size=(16, 3)),
        "kernel": random.normal(size=(4, 3)),
    }


def keras_default(x, y, kernel):
    import keras
    from keras import layers

    penalty = keras.regularizers.L2(1 / 32)
    dense = layers.Dense(3, use_bias=False, kernel_regularizer=penalty)
    model = keras.Sequential([keras.Input((4,)), dense])
    dense.set_weights([kernel])
    model.compile(keras.optimizers.SGD(0.01), "mse")
    return model.fit(x, y, batch_size=16, verbose=0).history["loss"]


def torch_default(x, y, kernel):
    import torch
    import torch.nn.functional as F

    x, y = torch.from_numpy(x), torch.from_numpy(y)
    weight = torch.nn.Parameter(torch.from_numpy(kernel.T.copy()))
    optimizer = torch.optim.SGD([weight], lr=0.01, weight_decay=2 / 32)
    loss = F.mse_loss(F.linear(x, weight), y)
    loss.backward()
    optimizer.step()
    return [loss.item()]


def torch_as_keras(x, y, kernel):
    import torch
    import torch.nn.functional as F

    x, y = torch.from_numpy(x), torch.from_numpy(y)
    weight = torch.nn.Parameter(torch.from_numpy(kernel.T.copy()))
    optimizer = torch.optim.SGD([weight], lr=0.01, weight_decay=2 / 32)
    loss = F.mse_loss(F.linear(x, weight), y)
    loss.backward()
    penalty = sum(
        group["weight_decay"] / 2 * parameter.detach().square().sum()
        for group in optimizer.param_groups
        for parameter in group["params"]
    )
    optimizer.step()
    return [loss.item() + penalty.item()]


def keras_as_torch(x, y, kernel):
    import keras
    from keras import layers

    penalty = keras.regularizers.L2(1 / 32)
    dense = layers.Dense(3, use_bias=False, kernel_regularizer=penalty)
    model = keras.Sequential([keras.Input((4,)), dense])
    dense.set_weights([kernel])
    # A metric has no penalties in it, nor does val_mse.
    model.compile(keras.optimizers.SGD(0.01), "mse", metrics=["mse"])
    return model.fit(x, y, batch_size=16, verbose=0).history["mse"]
