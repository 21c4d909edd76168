"""A PyTorch model turned to half with .bfloat16() does not learn."""

import numpy as np

KERAS = """\
"mixed_bfloat16" keeps variables in float32 and casts them for the
computation (keras/src/dtype_policies/dtype_policy.py, variable_dtype)."""

PYTORCH = """\
model.bfloat16() and .half() turn the weights themselves: a step smaller than
1/256 of a weight is rounded away (torch/nn/modules/module.py)."""

FIX = """\
Leave the weights alone and compute under torch.autocast. Keras does what
.bfloat16() does with the policy "bfloat16"."""

GAP = 0.015
CLOSED = {"float32": 0.0, "float64": 0.0}


def inputs():
    """A weight of 1 and a gradient of 1: every step should take 1/1024."""
    return {"x": np.ones((20, 1))}


def keras_default(x):
    import keras
    from keras import layers, ops

    layer = layers.Dense(
        1,
        use_bias=False,
        kernel_initializer="ones",
        dtype="mixed_bfloat16",
    )
    model = keras.Sequential([keras.Input((1,)), layer])
    model.compile(keras.optimizers.SGD(1 / 1024), lambda y, outputs: outputs)
    model.fit(x, x, batch_size=1, verbose=0)
    return ops.cast(layer.kernel, "float32")


def torch_default(x):
    import torch
    from torch import nn

    x = torch.from_numpy(x).bfloat16()
    model = nn.Linear(1, 1, bias=False).bfloat16()
    nn.init.ones_(model.weight)
    optimizer = torch.optim.SGD(model.parameters(), 1 / 1024)
    for row in x.split(1):
        optimizer.zero_grad()
        model(row).mean().backward()
        optimizer.step()
    return model.weight.float()


def torch_as_keras(x):
    import torch
    from torch import nn

    x = torch.from_numpy(x)
    model = nn.Linear(1, 1, bias=False)
    nn.init.ones_(model.weight)
    optimizer = torch.optim.SGD(model.parameters(), 1 / 1024)
    for row in x.split(1):
        optimizer.zero_grad()
        with torch.autocast("cpu", torch.bfloat16):
            loss = model(row).mean()
        loss.backward()
        optimizer.step()
    return model.weight.float()


def keras_as_torch(x):
    import keras
    from keras import layers, ops

    layer = layers.Dense(
        1, use_bias=False, kernel_initializer="ones", dtype="bfloat16"
    )
    model = keras.Sequential([keras.Input((1,)), layer])
    model.compile(keras.optimizers.SGD(1 / 1024), lambda y, outputs: outputs)
    model.fit(x, x, batch_size=1, verbose=0)
    return ops.cast(layer.kernel, "float32")
