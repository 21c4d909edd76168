"""Small gradients vanish in float16 without a GradScaler."""

import numpy as np

KERAS = """\
compile wraps the optimizer in a LossScaleOptimizer under "mixed_float16"
(auto_scale_loss=True in keras/src/trainers/trainer.py); it starts at 2**15."""

PYTORCH = """\
autocast scales nothing: below 6e-8 a float16 gradient is 0. GradScaler is
there to be used, and starts at 2**16 (torch/amp/grad_scaler.py)."""

FIX = """\
scaler.scale(loss).backward(); scaler.step(optimizer); scaler.update(). In
Keras compile(auto_scale_loss=False) leaves it out; bfloat16 needs neither."""

GAP = 0.01
# The gradient itself is a float16, of eleven bits.
CLOSED = {"float32": 1e-4, "float64": 1e-4}


def inputs():
    """Outputs of 0 that should be 1e-4, and many of them: a tiny mean loss."""
    return {"x": np.ones((8192, 1)), "y": np.full((8192, 1), 1e-4)}


def keras_default(x, y):
    import keras
    from keras import layers, ops

    layer = layers.Dense(
        1,
        use_bias=False,
        kernel_initializer="zeros",
        dtype="mixed_float16",
    )
    model = keras.Sequential([keras.Input((1,)), layer])
    model.dtype_policy = "mixed_float16"  # as set_dtype_policy does for all
    model.compile(keras.optimizers.SGD(100.0), "mse")
    model.fit(x, y, batch_size=8192, verbose=0)
    return ops.cast(layer.kernel, "float32")


def torch_default(x, y):
    import torch
    import torch.nn.functional as F
    from torch import nn

    x, y = torch.from_numpy(x).float(), torch.from_numpy(y).float()
    model = nn.Linear(1, 1, bias=False, dtype=torch.float32)
    nn.init.zeros_(model.weight)
    optimizer = torch.optim.SGD(model.parameters(), 100.0)
    with torch.autocast("cpu", torch.float16):
        loss = F.mse_loss(model(x), y)
    loss.backward()
    optimizer.step()
    return model.weight


def torch_as_keras(x, y):
    import torch
    import torch.nn.functional as F
    from torch import nn

    x, y = torch.from_numpy(x).float(), torch.from_numpy(y).float()
    model = nn.Linear(1, 1, bias=False, dtype=torch.float32)
    nn.init.zeros_(model.weight)
    optimizer = torch.optim.SGD(model.parameters(), 100.0)
    scaler = torch.amp.GradScaler("cpu")
    with torch.autocast("cpu", torch.float16):
        loss = F.mse_loss(model(x), y)
    scaler.scale(loss).backward()
    scaler.step(optimizer)
    scaler.update()
    return model.weight


def keras_as_torch(x, y):
    import keras
    from keras import layers, ops

    layer = layers.Dense(
        1,
        use_bias=False,
        kernel_initializer="zeros",
        dtype="mixed_float16",
    )
    model = keras.Sequential([keras.Input((1,)), layer])
    model.dtype_policy = "mixed_float16"  # as set_dtype_policy does for all
    model.compile(keras.optimizers.SGD(100.0), "mse", auto_scale_loss=False)
    model.fit(x, y, batch_size=8192, verbose=0)
    return ops.cast(layer.kernel, "float32")
