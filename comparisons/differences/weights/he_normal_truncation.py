"""Keras' he_normal has no outliers, PyTorch's kaiming_normal_ has."""

KERAS = """\
A normal distribution cut at two of its standard deviations and widened for
it; glorot_normal and lecun_normal too
(keras/src/initializers/random_initializers.py, VarianceScaling)."""

PYTORCH = """\
A whole normal distribution; xavier_normal_ too (torch/nn/init.py)."""

FIX = """\
With s = sqrt(2 / fan in) / 0.8796, `trunc_normal_(std=s, a=-2 * s, b=2 * s)`.
In Keras, VarianceScaling with distribution="untruncated_normal"."""

GAP = 1.5  # percent of the weights
# Random numbers never agree: of 65,536 weights, 2.1 percent is counted to
# within 0.06.
CLOSED = {"float32": 0.3, "float64": 0.3}


def inputs():
    """Nothing: the initialisers draw weights."""
    return {}


def keras_default():
    import keras
    from keras import ops

    weights = keras.initializers.HeNormal()((256, 256))
    outliers = ops.abs(weights) > 2.3 * (2 / 256) ** 0.5
    percent = 100 * ops.mean(ops.cast(outliers, weights.dtype))
    return {"std": ops.std(weights), "percent beyond 2.3 std": percent}


def torch_default():
    import torch
    from torch import nn

    weights = torch.empty(256, 256)
    nn.init.kaiming_normal_(weights, nonlinearity="relu")
    outliers = weights.abs() > 2.3 * (2 / 256) ** 0.5
    percent = 100 * outliers.to(weights.dtype).mean()
    return {"std": weights.std(), "percent beyond 2.3 std": percent}


def torch_as_keras():
    import torch
    from torch import nn

    weights = torch.empty(256, 256)
    s = (2 / 256) ** 0.5 / 0.87962566103423978
    nn.init.trunc_normal_(weights, std=s, a=-2 * s, b=2 * s)
    outliers = weights.abs() > 2.3 * (2 / 256) ** 0.5
    percent = 100 * outliers.to(weights.dtype).mean()
    return {"std": weights.std(), "percent beyond 2.3 std": percent}


def keras_as_torch():
    import keras
    from keras import ops

    initializer = keras.initializers.VarianceScaling(
        2.0, mode="fan_in", distribution="untruncated_normal"
    )
    weights = initializer((256, 256))
    outliers = ops.abs(weights) > 2.3 * (2 / 256) ** 0.5
    percent = 100 * ops.mean(ops.cast(outliers, weights.dtype))
    return {"std": ops.std(weights), "percent beyond 2.3 std": percent}
