"""`xavier_uniform_` does not start a DepthwiseConv2D as Keras starts it."""

KERAS = """\
Glorot uniform with fans (channels * area, multiplier * area), which is small
(keras/src/initializers/random_initializers.py, compute_fans)."""

PYTORCH = """\
nn.Conv2d with groups: uniform within 1/sqrt(area). `xavier_uniform_` takes
(area, channels * multiplier * area) for the fans (torch/nn/init.py)."""

FIX = """\
Draw within sqrt(6 / (area * (channels + multiplier))); `xavier_uniform_` is
right only for a multiplier of 1."""

GAP = 0.1
# Random numbers never agree: the spread of 9216 weights tells its own by 1e-3.
CLOSED = {"float32": 6e-3, "float64": 6e-3}


def inputs():
    """Nothing: the layers draw their weights."""
    return {}


def keras_default():
    from keras import layers, ops

    conv = layers.DepthwiseConv2D(3, depth_multiplier=4)
    conv.build((None, 8, 8, 256))
    return ops.std(conv.kernel)


def torch_default():
    from torch import nn

    conv = nn.Conv2d(256, 1024, kernel_size=3, groups=256)
    return conv.weight.std()


def torch_as_keras():
    from torch import nn

    conv = nn.Conv2d(256, 1024, kernel_size=3, groups=256)
    limit = (6 / (3 * 3 * (256 + 4))) ** 0.5
    nn.init.uniform_(conv.weight, -limit, limit)
    return conv.weight.std()


def keras_as_torch():
    import keras
    from keras import layers, ops

    limit = (3 * 3) ** -0.5
    conv = layers.DepthwiseConv2D(
        3,
        depth_multiplier=4,
        depthwise_initializer=keras.initializers.RandomUniform(-limit, limit),
    )
    conv.build((None, 8, 8, 256))
    return ops.std(conv.kernel)
