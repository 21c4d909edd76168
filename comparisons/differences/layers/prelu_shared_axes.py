"""PReLU has thousands of parameters in Keras and a single one in PyTorch."""

import numpy as np

KERAS = """\
A slope for every cell and channel, which begins at 0, as a ReLU
(keras/src/layers/activations/prelu.py, build)."""

PYTORCH = """\
One slope for all, or one per channel with num_parameters; begins at 0.25
(torch/nn/modules/activation.py, PReLU)."""

FIX = """\
Say both: `PReLU(shared_axes=[1, 2], alpha_initializer=...)` in Keras and
`nn.PReLU(channels, init=...)` in PyTorch are the same: one per channel."""

GAP = 47.0  # 48 weights against one
CLOSED = {"float32": 1e-7, "float64": 1e-13}


def inputs():
    """Feature maps of four by four cells and three channels."""
    random = np.random.default_rng(0)
    return {"features": random.normal(size=(2, 4, 4, 3))}


def keras_default(features):
    from keras import layers

    prelu = layers.PReLU()
    return {"output": prelu(features), "weights": prelu.count_params()}


def torch_default(features):
    import torch
    from torch import nn

    prelu = nn.PReLU()
    output = prelu(torch.from_numpy(features).permute(0, 3, 1, 2))
    weights = sum(weight.numel() for weight in prelu.parameters())
    return {"output": output.permute(0, 2, 3, 1), "weights": weights}


def torch_as_keras(features):
    import torch
    from torch import nn

    class PReLUPerCell(nn.Module):
        def __init__(self, *shape):
            super().__init__()
            self.alpha = nn.Parameter(torch.zeros(shape))

        def forward(self, x):
            return x.clamp(min=0) + self.alpha * x.clamp(max=0)

    prelu = PReLUPerCell(3, 4, 4)
    output = prelu(torch.from_numpy(features).permute(0, 3, 1, 2))
    weights = sum(weight.numel() for weight in prelu.parameters())
    return {"output": output.permute(0, 2, 3, 1), "weights": weights}


def keras_as_torch(features):
    import keras
    from keras import layers

    prelu = layers.PReLU(
        alpha_initializer=keras.initializers.Constant(0.25),
        shared_axes=[1, 2, 3],
    )
    return {"output": prelu(features), "weights": prelu.count_params()}
