"""A Keras LSTM skips masked steps amid a sequence; packing cannot."""

import numpy as np

KERAS = """\
Any step may be masked: the state passes by it unchanged
(keras/src/backend/tensorflow/rnn.py, rnn; on a GPU with use_cudnn=False)."""

PYTORCH = """\
pack_padded_sequence takes lengths: the first steps, whichever of them were
meant (torch/nn/utils/rnn.py)."""

FIX = """\
Sort each sequence's valid steps to the front, in their order, then pack."""

GAP = 0.2
CLOSED = {"float32": 1e-6, "float64": 1e-14}


def inputs():
    """Three sequences with gaps, and an LSTM of five units."""
    random = np.random.default_rng(0)
    return {
        "x": random.normal(size=(3, 6, 4)),
        "mask": np.array(
            [[1, 0, 1, 1, 0, 1], [1, 1, 0, 0, 1, 0], [0, 1, 1, 1, 1, 1]], bool
        ),
        "kernel": random.normal(scale=0.3, size=(4, 20)),
        "recurrent": random.normal(scale=0.3, size=(5, 20)),
    }


def keras_default(x, mask, kernel, recurrent):
    from keras import layers

    lstm = layers.LSTM(5, use_bias=False, use_cudnn=False)
    lstm.build(x.shape)
    lstm.set_weights([kernel, recurrent])
    return lstm(x, mask=mask)


def torch_default(x, mask, kernel, recurrent):
    import torch
    from torch import nn
    from torch.nn.utils.rnn import pack_padded_sequence

    lstm = nn.LSTM(4, 5, bias=False, batch_first=True)
    lstm.load_state_dict(
        {
            "weight_ih_l0": torch.from_numpy(kernel.T),
            "weight_hh_l0": torch.from_numpy(recurrent.T),
        }
    )
    x, mask = torch.from_numpy(x), torch.from_numpy(mask)
    packed = pack_padded_sequence(
        x, mask.sum(1), batch_first=True, enforce_sorted=False
    )
    _, (h, _) = lstm(packed)
    return h[-1]


def torch_as_keras(x, mask, kernel, recurrent):
    import torch
    from torch import nn
    from torch.nn.utils.rnn import pack_padded_sequence

    lstm = nn.LSTM(4, 5, bias=False, batch_first=True)
    lstm.load_state_dict(
        {
            "weight_ih_l0": torch.from_numpy(kernel.T),
            "weight_hh_l0": torch.from_numpy(recurrent.T),
        }
    )
    x, mask = torch.from_numpy(x), torch.from_numpy(mask)
    order = (~mask).int().argsort(dim=1, stable=True)
    x = x.take_along_dim(order[..., None], dim=1)
    packed = pack_padded_sequence(
        x, mask.sum(1), batch_first=True, enforce_sorted=False
    )
    _, (h, _) = lstm(packed)
    return h[-1]


def keras_as_torch(x, mask, kernel, recurrent):
    from keras import layers

    lstm = layers.LSTM(5, use_bias=False)
    lstm.build(x.shape)
    lstm.set_weights([kernel, recurrent])
    return lstm(x, mask=np.arange(6) < mask.sum(1, keepdims=True))
