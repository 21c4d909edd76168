"""A position embedding called on `ops.arange` is never trained in Keras."""

KERAS = """\
A functional model holds the layers between its inputs and outputs; what was
computed of constants is a constant (keras/src/models/functional.py)."""

PYTORCH = """\
Whatever is assigned to an attribute is a part of the module, and trained
(torch/nn/modules/module.py, __setattr__)."""

FIX = """\
Wrap the Embedding in a layer that is called on the tokens. The constant that
PyTorch can have on purpose is a buffer."""

GAP = 24.0  # of 64 weights
CLOSED = {"float32": 0.0, "float64": 0.0}


def inputs():
    """Nothing: the answer is how many weights a model has."""
    return {}


def keras_default():
    import keras
    from keras import layers, ops

    tokens = keras.Input((6,), dtype="int32")
    positions = layers.Embedding(6, 4)(ops.arange(6))
    x = layers.Embedding(10, 4)(tokens) + positions
    return keras.Model(tokens, x).count_params()


def torch_default():
    import torch
    from torch import nn

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.words = nn.Embedding(10, 4)
            self.positions = nn.Embedding(6, 4)

        def forward(self, tokens):
            return self.words(tokens) + self.positions(torch.arange(6))

    return sum(weight.numel() for weight in Model().parameters())


def torch_as_keras():
    import torch
    from torch import nn

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.words = nn.Embedding(10, 4)
            constant = torch.empty(6, 4).uniform_(-0.05, 0.05)
            self.register_buffer("positions", constant)

        def forward(self, tokens):
            return self.words(tokens) + self.positions

    return sum(weight.numel() for weight in Model().parameters())


def keras_as_torch():
    import keras
    from keras import layers, ops

    class AddPositions(keras.Layer):
        def __init__(self):
            super().__init__()
            self.embedding = layers.Embedding(6, 4)

        def call(self, x):
            return x + self.embedding(ops.arange(6))

    tokens = keras.Input((6,), dtype="int32")
    x = AddPositions()(layers.Embedding(10, 4)(tokens))
    return keras.Model(tokens, x).count_params()
