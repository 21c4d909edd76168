"""A PyTorch port trains differently from the start: default initial weights."""

KERAS = """\
Dense and convolutions: Glorot uniform, zero bias. LSTM: Glorot kernel,
orthogonal recurrent kernel, forget bias 1 (keras/src/layers)."""

PYTORCH = """\
Dense and convolutions: uniform within 1/sqrt(fan in), biases too. LSTM: all
uniform within 1/sqrt(units) (reset_parameters in torch/nn/modules)."""

FIX = """\
`xavier_uniform_`, `zeros_`, `orthogonal_` as in torch_impl/common.py gives the
same distributions; the same values need the weights to be copied."""

GAP = 0.03
# Random numbers never agree: these are spreads of weights, and the smallest
# set, 256 biases, tells its own by 1e-3.
CLOSED = {"float32": 5e-3, "float64": 5e-3}


def inputs():
    """Nothing: the layers draw their weights."""
    return {}


def keras_default():
    from keras import layers, ops

    dense, conv, lstm = (
        layers.Dense(256),
        layers.Conv2D(64, 3),
        layers.LSTM(128),
    )
    dense.build((None, 256))
    conv.build((None, 8, 8, 32))
    lstm.build((None, None, 64))
    return {
        "dense kernel": ops.std(dense.kernel),
        "dense bias": ops.std(dense.bias),
        "conv kernel": ops.std(conv.kernel),
        "lstm kernel": ops.std(lstm.cell.kernel),
        "lstm recurrent kernel": ops.std(lstm.cell.recurrent_kernel),
    }


def torch_default():
    from torch import nn

    dense, conv, lstm = (
        nn.Linear(256, 256),
        nn.Conv2d(32, 64, 3),
        nn.LSTM(64, 128),
    )
    return {
        "dense kernel": dense.weight.std(),
        "dense bias": dense.bias.std(),
        "conv kernel": conv.weight.std(),
        "lstm kernel": lstm.weight_ih_l0.std(),
        "lstm recurrent kernel": lstm.weight_hh_l0.std(),
    }


def torch_as_keras():
    from torch import nn

    dense, conv, lstm = (
        nn.Linear(256, 256),
        nn.Conv2d(32, 64, 3),
        nn.LSTM(64, 128),
    )
    for weight in (dense.weight, conv.weight, lstm.weight_ih_l0):
        nn.init.xavier_uniform_(weight)
    nn.init.zeros_(dense.bias)
    nn.init.orthogonal_(lstm.weight_hh_l0)
    return {
        "dense kernel": dense.weight.std(),
        "dense bias": dense.bias.std(),
        "conv kernel": conv.weight.std(),
        "lstm kernel": lstm.weight_ih_l0.std(),
        "lstm recurrent kernel": lstm.weight_hh_l0.std(),
    }


def keras_as_torch():
    import keras
    from keras import layers, ops

    def within(fan):
        limit = fan**-0.5
        return keras.initializers.RandomUniform(-limit, limit)

    dense = layers.Dense(
        256, kernel_initializer=within(256), bias_initializer=within(256)
    )
    conv = layers.Conv2D(64, 3, kernel_initializer=within(3 * 3 * 32))
    lstm = layers.LSTM(
        128, kernel_initializer=within(128), recurrent_initializer=within(128)
    )
    dense.build((None, 256))
    conv.build((None, 8, 8, 32))
    lstm.build((None, None, 64))
    return {
        "dense kernel": ops.std(dense.kernel),
        "dense bias": ops.std(dense.bias),
        "conv kernel": ops.std(conv.kernel),
        "lstm kernel": ops.std(lstm.cell.kernel),
        "lstm recurrent kernel": ops.std(lstm.cell.recurrent_kernel),
    }
