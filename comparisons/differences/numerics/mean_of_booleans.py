"""The mean of booleans or integers is refused by PyTorch."""

import numpy as np

KERAS = """\
ops.mean makes floats of them first
(keras/src/backend/tensorflow/numpy.py, mean)."""

PYTORCH = """\
mean of a bool or an integer tensor: RuntimeError, "could not infer output
dtype" (torch/_torch_docs.py, mean, dtype)."""

FIX = """\
Make numbers of them first: .float().mean(), or mean(dtype=torch.float32)."""

NOT_POSSIBLE = "No Keras code is wanted that refuses what works."

GAP = float("inf")
# 64 answers: the share is exact in both types.
CLOSED = {"float32": 0.0, "float64": 0.0}


def inputs():
    random = np.random.default_rng(0)
    return {
        "predicted": random.integers(3, size=64),
        "labels": random.integers(3, size=64),
    }


def keras_default(predicted, labels):
    from keras import ops

    return ops.mean(ops.equal(predicted, labels))


def torch_default(predicted, labels):
    import torch

    return (torch.from_numpy(predicted) == torch.from_numpy(labels)).mean()


def torch_as_keras(predicted, labels):
    import torch

    correct = torch.from_numpy(predicted) == torch.from_numpy(labels)
    return correct.float().mean()
