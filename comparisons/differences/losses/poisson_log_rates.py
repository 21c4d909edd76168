"""PyTorch's Poisson loss takes the logarithm of the rate."""

import numpy as np

KERAS = """\
Takes rates: rate - count * log(rate + 1e-7)
(keras/src/losses/losses.py, poisson)."""

PYTORCH = """\
log_input=True: exp(output) - count * output; with False eps is 1e-8
(torch/nn/functional.py, poisson_nll_loss)."""

FIX = """\
log_input=False, eps=1e-7; or leave the exponential out of the model, which
trains more calmly."""

GAP = 5.0
CLOSED = {"float32": 1e-5, "float64": 1e-14}


def inputs():
    random = np.random.default_rng(0)
    return {
        "rates": random.uniform(0.2, 4, size=(8, 3)),
        "counts": random.poisson(2, size=(8, 3)).astype("float64"),
    }


def keras_default(rates, counts):
    import keras

    return keras.losses.Poisson()(counts, rates)


def torch_default(rates, counts):
    import torch
    import torch.nn.functional as F

    rates, counts = torch.from_numpy(rates), torch.from_numpy(counts)
    return F.poisson_nll_loss(rates, counts)


def torch_as_keras(rates, counts):
    import torch
    import torch.nn.functional as F

    rates, counts = torch.from_numpy(rates), torch.from_numpy(counts)
    return F.poisson_nll_loss(rates, counts, log_input=False, eps=1e-7)


def keras_as_torch(rates, counts):
    from keras import ops

    return ops.mean(ops.exp(rates) - counts * rates)
