"""RandomNormal and RandomUniform have other defaults than normal_, uniform_."""

KERAS = """\
RandomNormal: standard deviation 0.05. RandomUniform: between -0.05 and 0.05
(keras/src/initializers/random_initializers.py)."""

PYTORCH = """\
nn.init.normal_: standard deviation 1. nn.init.uniform_: between 0 and 1, so
no weight is negative (torch/nn/init.py)."""

FIX = """\
Say the numbers on both sides."""

GAP = 0.9
# Random numbers never agree: the spread of 65,536 normal ones tells its own by
# 3e-3.
CLOSED = {"float32": 0.02, "float64": 0.02}


def inputs():
    """Nothing: the initialisers draw weights."""
    return {}


def keras_default():
    import keras
    from keras import ops

    normal = keras.initializers.RandomNormal()((256, 256))
    uniform = keras.initializers.RandomUniform()((256, 256))
    return {"normal std": ops.std(normal), "uniform mean": ops.mean(uniform)}


def torch_default():
    import torch
    from torch import nn

    normal = nn.init.normal_(torch.empty(256, 256))
    uniform = nn.init.uniform_(torch.empty(256, 256))
    return {"normal std": normal.std(), "uniform mean": uniform.mean()}


def torch_as_keras():
    import torch
    from torch import nn

    normal = nn.init.normal_(torch.empty(256, 256), std=0.05)
    uniform = nn.init.uniform_(torch.empty(256, 256), -0.05, 0.05)
    return {"normal std": normal.std(), "uniform mean": uniform.mean()}


def keras_as_torch():
    import keras
    from keras import ops

    normal = keras.initializers.RandomNormal(stddev=1.0)((256, 256))
    uniform = keras.initializers.RandomUniform(0.0, 1.0)((256, 256))
    return {"normal std": ops.std(normal), "uniform mean": ops.mean(uniform)}
