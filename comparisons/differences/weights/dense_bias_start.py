"""Biases of a fresh PyTorch layer are random, those of a Keras layer zero."""

KERAS = """\
`bias_initializer="zeros"` in Dense and all convolutions
(keras/src/layers/core/dense.py)."""

PYTORCH = """\
Uniform within 1/sqrt(fan in), as the weights; large where inputs are few
(torch/nn/modules/linear.py, Linear.reset_parameters, and conv.py)."""

FIX = """\
`nn.init.zeros_(layer.bias)`. Most felt in a last layer, where a bias is a
guess before anything was learnt."""

GAP = 0.1
# Random numbers never agree: the spread of 4096 biases tells its own by 1e-3.
CLOSED = {"float32": 5e-3, "float64": 5e-3}


def inputs():
    """Nothing: the layers draw their weights."""
    return {}


def keras_default():
    from keras import layers, ops

    dense = layers.Dense(4096)
    dense.build((None, 16))
    return ops.std(dense.bias)


def torch_default():
    from torch import nn

    dense = nn.Linear(16, 4096)
    return dense.bias.std()


def torch_as_keras():
    from torch import nn

    dense = nn.Linear(16, 4096)
    nn.init.zeros_(dense.bias)
    return dense.bias.std()


def keras_as_torch():
    import keras
    from keras import layers, ops

    limit = 16**-0.5
    uniform = keras.initializers.RandomUniform(-limit, limit)
    dense = layers.Dense(4096, bias_initializer=uniform)
    dense.build((None, 16))
    return ops.std(dense.bias)
