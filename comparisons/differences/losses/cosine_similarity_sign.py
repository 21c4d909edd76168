"""Keras' CosineSimilarity loss runs from -1, PyTorch's from 0."""

import numpy as np

KERAS = """\
-cos, mean over the batch; best is -1
(keras/src/losses/losses.py, cosine_similarity)."""

PYTORCH = """\
CosineEmbeddingLoss is 1 - cos for pairs that belong together; best is 0.
F.cosine_similarity itself is no loss: it grows (torch/nn/functional.py)."""

FIX = """\
-F.cosine_similarity(outputs, targets, dim=-1).mean(), or 1 + Keras' loss.
The gradients are the same."""

GAP = 0.9
# CosineEmbeddingLoss adds 1e-12 to each squared length.
CLOSED = {"float32": 2e-6, "float64": 2e-12}


def inputs():
    random = np.random.default_rng(0)
    return {
        "outputs": random.normal(size=(8, 4)),
        "targets": random.normal(size=(8, 4)),
    }


def keras_default(outputs, targets):
    import keras

    return keras.losses.CosineSimilarity()(targets, outputs)


def torch_default(outputs, targets):
    import torch
    from torch import nn

    outputs, targets = torch.from_numpy(outputs), torch.from_numpy(targets)
    together = torch.ones(len(outputs))
    return nn.CosineEmbeddingLoss()(outputs, targets, together)


def torch_as_keras(outputs, targets):
    import torch
    import torch.nn.functional as F

    outputs, targets = torch.from_numpy(outputs), torch.from_numpy(targets)
    return -F.cosine_similarity(outputs, targets, dim=-1).mean()


def keras_as_torch(outputs, targets):
    import keras

    return 1 + keras.losses.CosineSimilarity()(targets, outputs)
