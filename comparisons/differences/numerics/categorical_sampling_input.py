"""keras.random.categorical draws by logits, torch.multinomial by weights."""

import numpy as np

KERAS = """\
categorical(logits, num_samples) takes unnormalised log probabilities
(keras/src/random/random.py, categorical)."""

PYTORCH = """\
multinomial(input, num_samples) takes probabilities, or weights of any sum,
and draws without replacement unless told (torch/_torch_docs.py)."""

FIX = """\
multinomial(logits.softmax(-1), n, replacement=True);
categorical(ops.log(probabilities), n)."""

GAP = 0.2
# The shares among 20,000 draws tell their own by 0.004.
CLOSED = {"float32": 0.03, "float64": 0.03}


def inputs():
    return {"probabilities": np.array([0.7, 0.2, 0.1])}


def keras_default(probabilities):
    import keras

    drawn = keras.random.categorical(probabilities[None], 20_000)
    return np.bincount(drawn[0]) / 20_000


def torch_default(probabilities):
    import torch

    probabilities = torch.from_numpy(probabilities)
    drawn = torch.multinomial(probabilities, 20_000, replacement=True)
    return drawn.bincount() / 20_000


def torch_as_keras(probabilities):
    import torch

    shares = torch.from_numpy(probabilities).softmax(-1)
    drawn = torch.multinomial(shares, 20_000, replacement=True)
    return drawn.bincount() / 20_000


def keras_as_torch(probabilities):
    import keras
    from keras import ops

    logits = ops.log(probabilities)
    drawn = keras.random.categorical(logits[None], 20_000)
    return np.bincount(drawn[0]) / 20_000
