"""Behind a text's end a Keras LSTM repeats itself, a packed one gives zeros."""

import numpy as np

KERAS = """\
zero_output_for_mask=False: a masked step returns the output before it
(keras/src/backend/tensorflow/rnn.py, rnn)."""

PYTORCH = """\
pad_packed_sequence pads with padding_value=0.0 (torch/nn/utils/rnn.py)."""

FIX = """\
In PyTorch take each text's last step again for all behind it; or
`zero_output_for_mask=True` in Keras, which Bidirectional sets by itself."""

GAP = 0.1
CLOSED = {"float32": 1e-6, "float64": 1e-14}


def inputs():
    """Three sequences, the last two of them padded, and an LSTM."""
    random = np.random.default_rng(0)
    return {
        "x": random.normal(size=(3, 6, 4)),
        "lengths": np.array([6, 3, 1]),
        "kernel": random.normal(scale=0.3, size=(4, 20)),
        "recurrent": random.normal(scale=0.3, size=(5, 20)),
    }


def keras_default(x, lengths, kernel, recurrent):
    from keras import layers

    lstm = layers.LSTM(5, return_sequences=True, use_bias=False)
    lstm.build(x.shape)
    lstm.set_weights([kernel, recurrent])
    return lstm(x, mask=np.arange(6) < lengths[:, None])


def torch_default(x, lengths, kernel, recurrent):
    import torch
    from torch import nn
    from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

    lstm = nn.LSTM(4, 5, bias=False, batch_first=True)
    lstm.load_state_dict(
        {
            "weight_ih_l0": torch.from_numpy(kernel.T),
            "weight_hh_l0": torch.from_numpy(recurrent.T),
        }
    )
    packed = pack_padded_sequence(
        torch.from_numpy(x), lengths, batch_first=True, enforce_sorted=False
    )
    out, _ = pad_packed_sequence(lstm(packed)[0], batch_first=True)
    return out


def torch_as_keras(x, lengths, kernel, recurrent):
    import torch
    from torch import nn
    from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

    lstm = nn.LSTM(4, 5, bias=False, batch_first=True)
    lstm.load_state_dict(
        {
            "weight_ih_l0": torch.from_numpy(kernel.T),
            "weight_hh_l0": torch.from_numpy(recurrent.T),
        }
    )
    packed = pack_padded_sequence(
        torch.from_numpy(x), lengths, batch_first=True, enforce_sorted=False
    )
    out, lengths = pad_packed_sequence(lstm(packed)[0], batch_first=True)
    steps = torch.arange(out.shape[1]).minimum(lengths[:, None] - 1)
    return out.take_along_dim(steps[..., None], dim=1)


def keras_as_torch(x, lengths, kernel, recurrent):
    from keras import layers

    lstm = layers.LSTM(
        5, return_sequences=True, zero_output_for_mask=True, use_bias=False
    )
    lstm.build(x.shape)
    lstm.set_weights([kernel, recurrent])
    return lstm(x, mask=np.arange(6) < lengths[:, None])
