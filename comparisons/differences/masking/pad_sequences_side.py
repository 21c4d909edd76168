"""pad_sequences pads at the front, pad_sequence at the end."""

import numpy as np

KERAS = """\
pad_sequences(padding="pre", truncating="pre"): zeros come first, and maxlen
cuts off a text's beginning (keras/src/utils/sequence_utils.py)."""

PYTORCH = """\
pad_sequence(padding_side="right"): zeros come last; nothing is cut
(torch/nn/utils/rnn.py, pad_sequence)."""

FIX = """\
padding="post" in Keras, padding_side="left" in PyTorch. An LSTM without a
mask reads hundreds of zeros after the text, and forgets it."""

GAP = 1.0
CLOSED = {"float32": 0.0, "float64": 0.0}


def inputs():
    """Three texts, one behind the other."""
    return {"tokens": np.arange(1, 10), "lengths": np.array([2, 4, 3])}


def keras_default(tokens, lengths):
    import keras

    texts = np.split(tokens, np.cumsum(lengths)[:-1])
    return keras.utils.pad_sequences(texts)


def torch_default(tokens, lengths):
    import torch
    from torch.nn.utils.rnn import pad_sequence

    texts = torch.from_numpy(tokens).split(lengths.tolist())
    return pad_sequence(texts, batch_first=True)


def torch_as_keras(tokens, lengths):
    import torch
    from torch.nn.utils.rnn import pad_sequence

    texts = torch.from_numpy(tokens).split(lengths.tolist())
    return pad_sequence(texts, batch_first=True, padding_side="left")


def keras_as_torch(tokens, lengths):
    import keras

    texts = np.split(tokens, np.cumsum(lengths)[:-1])
    return keras.utils.pad_sequences(texts, padding="post")
