"""Orthogonal weights per gate start an LSTM twice as large as in Keras."""

KERAS = """\
One orthogonal matrix (units, 4 * units) over all four gates: singular values
of 1 (keras/src/layers/rnn/lstm.py, LSTMCell.build)."""

PYTORCH = """\
Many ports draw an orthogonal matrix for each gate of weight_hh: four of them
in a row have singular values of 2 (torch/nn/init.py, orthogonal_)."""

FIX = """\
`nn.init.orthogonal_(lstm.weight_hh_l0)` for Keras' weights; per gate in Keras
needs an initializer of four parts. For a GRU it is sqrt(3)."""

GAP = 0.9
CLOSED = {"float32": 1e-5, "float64": 1e-13}


def inputs():
    """Nothing: the layers draw their weights."""
    return {}


def keras_default():
    from keras import layers, ops

    lstm = layers.LSTM(32)
    lstm.build((None, None, 16))
    return ops.svd(lstm.cell.recurrent_kernel, compute_uv=False)


def torch_default():
    import torch
    from torch import nn

    lstm = nn.LSTM(16, 32)
    for gate in lstm.weight_hh_l0.data.chunk(4):
        nn.init.orthogonal_(gate)
    return torch.linalg.svdvals(lstm.weight_hh_l0)


def torch_as_keras():
    import torch
    from torch import nn

    lstm = nn.LSTM(16, 32)
    nn.init.orthogonal_(lstm.weight_hh_l0)
    return torch.linalg.svdvals(lstm.weight_hh_l0)


def keras_as_torch():
    import keras
    from keras import layers, ops

    def per_gate(shape, dtype=None):
        units = shape[0]
        gates = [
            keras.initializers.Orthogonal()((units, units), dtype=dtype)
            for _ in range(shape[1] // units)
        ]
        return ops.concatenate(gates, axis=1)

    lstm = layers.LSTM(32, recurrent_initializer=per_gate)
    lstm.build((None, None, 16))
    return ops.svd(lstm.cell.recurrent_kernel, compute_uv=False)
