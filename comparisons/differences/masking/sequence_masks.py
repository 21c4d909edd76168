"""A Keras RNN skips padding by a mask, a PyTorch one by packing."""

import numpy as np

KERAS = """\
`Embedding(mask_zero=True)` sends a mask along with its output; at a masked
step an RNN keeps its state, and a backward one begins behind the padding
(keras/src/backend/tensorflow/rnn.py)."""

PYTORCH = """\
Layers know no mask: nn.LSTM runs on through the padding, and its backward
half begins in it, unless the batch is a PackedSequence
(torch/nn/modules/rnn.py)."""

FIX = """\
With the padding behind the text, `pack_padded_sequence(x, lengths,
batch_first=True, enforce_sorted=False)` gives the same last states. Whole
sequences differ in the padding: Keras repeats the last output there, or gives
zeros under Bidirectional; pad_packed_sequence gives zeros."""

GAP = 0.2
CLOSED = {"float32": 1e-6, "float64": 1e-14}


def inputs():
    """Three texts, the last two of them padded, and the weights."""
    random = np.random.default_rng(0)
    return {
        "ids": np.array(
            [[3, 1, 4, 1, 5, 9], [2, 6, 5, 0, 0, 0], [8, 0, 0, 0, 0, 0]]
        ),
        "table": random.normal(size=(10, 4)),
        "kernel": random.normal(scale=0.3, size=(4, 20)),
        "recurrent": random.normal(scale=0.3, size=(5, 20)),
    }


def keras_default(ids, table, kernel, recurrent):
    from keras import layers

    embedding = layers.Embedding(10, 4, mask_zero=True, weights=[table])
    lstm = layers.LSTM(5, use_bias=False)
    lstm.build((None, 6, 4))
    lstm.set_weights([kernel, recurrent])
    return lstm(embedding(ids))


def torch_default(ids, table, kernel, recurrent):
    import torch
    from torch import nn

    embedding = nn.Embedding.from_pretrained(torch.from_numpy(table))
    lstm = nn.LSTM(4, 5, bias=False, batch_first=True)
    lstm.load_state_dict(
        {
            "weight_ih_l0": torch.from_numpy(kernel.T),
            "weight_hh_l0": torch.from_numpy(recurrent.T),
        }
    )
    _, (h, _) = lstm(embedding(torch.from_numpy(ids)))
    return h[-1]


def torch_as_keras(ids, table, kernel, recurrent):
    import torch
    from torch import nn
    from torch.nn.utils.rnn import pack_padded_sequence

    embedding = nn.Embedding.from_pretrained(torch.from_numpy(table))
    lstm = nn.LSTM(4, 5, bias=False, batch_first=True)
    lstm.load_state_dict(
        {
            "weight_ih_l0": torch.from_numpy(kernel.T),
            "weight_hh_l0": torch.from_numpy(recurrent.T),
        }
    )
    ids = torch.from_numpy(ids)
    lengths = (ids != 0).sum(1)
    packed = pack_padded_sequence(
        embedding(ids), lengths, batch_first=True, enforce_sorted=False
    )
    _, (h, _) = lstm(packed)
    return h[-1]


def keras_as_torch(ids, table, kernel, recurrent):
    from keras import layers

    embedding = layers.Embedding(10, 4, weights=[table])  # mask_zero=False
    lstm = layers.LSTM(5, use_bias=False)
    lstm.build((None, 6, 4))
    lstm.set_weights([kernel, recurrent])
    return lstm(embedding(ids))
