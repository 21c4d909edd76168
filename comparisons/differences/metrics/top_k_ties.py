"""Top-k accuracy differs where several scores are equal."""

import numpy as np

KERAS = """\
A label is among the top k if fewer than k scores are larger than its own:
ties at the cut all count (keras/src/metrics/accuracy_metrics.py; TensorFlow's
in_top_k)."""

PYTORCH = """\
topk(k) returns k indices; which of equal scores it picks is left open
(torch/_torch_docs.py, topk)."""

FIX = """\
Count the larger scores: (scores > score of the label).sum(1) < k. A model
that gives all classes the same score is right every time in Keras."""

NOT_POSSIBLE = "PyTorch does not say which of equal scores topk returns."

GAP = 0.1
CLOSED = {"float32": 1e-6, "float64": 1e-6}


def inputs():
    """Scores in quarters, many of them equal."""
    random = np.random.default_rng(0)
    return {
        "scores": random.integers(4, size=(200, 5)) / 4,
        "labels": random.integers(5, size=200),
    }


def keras_default(scores, labels):
    import keras
    from keras import ops

    # in_top_k knows no float64: see top_k_in_float64.
    scores = ops.cast(scores, "float32")
    return keras.metrics.SparseTopKCategoricalAccuracy(k=2)(labels, scores)


def torch_default(scores, labels):
    import torch

    scores, labels = torch.from_numpy(scores), torch.from_numpy(labels)
    top = scores.topk(2).indices
    return (top == labels[:, None]).any(1).double().mean()


def torch_as_keras(scores, labels):
    import torch

    scores, labels = torch.from_numpy(scores), torch.from_numpy(labels)
    of_label = scores.gather(1, labels[:, None])
    return ((scores > of_label).sum(1) < 2).double().mean()
