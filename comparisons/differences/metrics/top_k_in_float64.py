"""Top-k accuracy fails in a Keras model that computes in float64."""

import numpy as np

KERAS = """\
ops.in_top_k hands its scores to TensorFlow's operation, which takes float32
alone (keras/src/backend/tensorflow/math.py, in_top_k)."""

PYTORCH = """\
topk takes every type (torch/_torch_docs.py, topk)."""

FIX = """\
Cast the scores to float32 before the metric. Two that differ by less than
float32 shows become a tie: see top_k_ties."""

NOT_POSSIBLE = "No PyTorch code is wanted that refuses what works."

GAP = float("inf")
GAP_TYPE = "float64"
CLOSED = {"float32": 1e-6, "float64": 1e-6}


def inputs():
    random = np.random.default_rng(0)
    return {
        "scores": random.normal(size=(64, 5)),
        "labels": random.integers(5, size=64),
    }


def keras_default(scores, labels):
    import keras

    return keras.metrics.SparseTopKCategoricalAccuracy(k=2)(labels, scores)


def torch_default(scores, labels):
    import torch

    scores, labels = torch.from_numpy(scores), torch.from_numpy(labels)
    top = scores.topk(2).indices
    return (top == labels[:, None]).any(1).double().mean()


def keras_as_torch(scores, labels):
    import keras
    from keras import ops

    scores = ops.cast(scores, "float32")
    return keras.metrics.SparseTopKCategoricalAccuracy(k=2)(labels, scores)
