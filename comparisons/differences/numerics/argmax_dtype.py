"""argmax gives int32 in Keras and int64 in PyTorch."""

import numpy as np

KERAS = """\
ops.argmax, argsort and arange are int32
(keras/src/backend/tensorflow/numpy.py, argmax)."""

PYTORCH = """\
argmax, argsort, arange and every index are int64
(torch/_torch_docs.py, argmax)."""

FIX = """\
Cast where the type matters: cross_entropy takes int64 labels alone, stored
indices double in size, and an int32 wraps beyond 2**31."""

# Twice the bytes.
GAP = 32.0
CLOSED = {"float32": 0.0, "float64": 0.0}


def inputs():
    return {"scores": np.random.default_rng(0).normal(size=(8, 5))}


def keras_default(scores):
    from keras import ops

    return ops.convert_to_numpy(ops.argmax(scores, axis=-1)).nbytes


def torch_default(scores):
    import torch

    return torch.from_numpy(scores).argmax(-1).numpy().nbytes


def torch_as_keras(scores):
    import torch

    return torch.from_numpy(scores).argmax(-1).int().numpy().nbytes


def keras_as_torch(scores):
    from keras import ops

    indices = ops.cast(ops.argmax(scores, axis=-1), "int64")
    return ops.convert_to_numpy(indices).nbytes
