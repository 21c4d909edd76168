"""A weight of my own begins far larger in PyTorch than with `add_weight`."""

KERAS = """\
`self.add_weight(shape)` without an initializer draws Glorot uniform
(keras/src/layers/layer.py, add_weight)."""

PYTORCH = """\
Has no default: tutorials write nn.Parameter(torch.randn(shape)), with a
standard deviation of 1 (torch/nn/parameter.py)."""

FIX = """\
`nn.init.xavier_uniform_(parameter)`, or `initializer=RandomNormal(stddev=1.0)`
in Keras. The former takes no vectors: for these draw within sqrt(3 / size)."""

GAP = 0.9
# Random numbers never agree: the spread of 16384 normal ones tells its own by
# 6e-3.
CLOSED = {"float32": 0.03, "float64": 0.03}


def inputs():
    """Nothing: the layers draw their weights."""
    return {}


def keras_default():
    import keras
    from keras import ops

    class Positions(keras.Layer):
        def build(self, input_shape):
            self.table = self.add_weight(shape=input_shape[1:])

    positions = Positions()
    positions.build((None, 64, 256))
    return ops.std(positions.table)


def torch_default():
    import torch
    from torch import nn

    class Positions(nn.Module):
        def __init__(self, length, width):
            super().__init__()
            self.table = nn.Parameter(torch.randn(length, width))

    return Positions(64, 256).table.std()


def torch_as_keras():
    import torch
    from torch import nn

    class Positions(nn.Module):
        def __init__(self, length, width):
            super().__init__()
            self.table = nn.Parameter(torch.empty(length, width))
            nn.init.xavier_uniform_(self.table)

    return Positions(64, 256).table.std()


def keras_as_torch():
    import keras
    from keras import ops

    class Positions(keras.Layer):
        def build(self, input_shape):
            self.table = self.add_weight(
                shape=input_shape[1:],
                initializer=keras.initializers.RandomNormal(stddev=1.0),
            )

    positions = Positions()
    positions.build((None, 64, 256))
    return ops.std(positions.table)
