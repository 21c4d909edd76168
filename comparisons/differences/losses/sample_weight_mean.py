"""sample_weight divides by the number of samples, not by the weights."""

import numpy as np

KERAS = """\
sum(weight * loss) / N, "sum_over_batch_size"
(keras/src/losses/loss.py, reduce_weighted_values)."""

PYTORCH = """\
No argument takes weights by sample; people write the weighted mean,
sum(weight * loss) / sum(weight), as cross_entropy's weight does."""

FIX = """\
(weight * loss).mean() in PyTorch; reduction="mean_with_sample_weight" in
Keras. Otherwise the learning rate is off by the mean weight."""

GAP = 1.0
CLOSED = {"float32": 5e-6, "float64": 1e-14}


def inputs():
    random = np.random.default_rng(0)
    return {
        "logits": random.normal(size=(8, 5)),
        "labels": random.integers(5, size=8),
        "weights": random.uniform(0, 4, size=8),
    }


def keras_default(logits, labels, weights):
    import keras

    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return loss(labels, logits, sample_weight=weights)


def torch_default(logits, labels, weights):
    import torch
    import torch.nn.functional as F

    logits, labels = torch.from_numpy(logits), torch.from_numpy(labels)
    weights = torch.from_numpy(weights)
    losses = F.cross_entropy(logits, labels, reduction="none")
    return (weights * losses).sum() / weights.sum()


def torch_as_keras(logits, labels, weights):
    import torch
    import torch.nn.functional as F

    logits, labels = torch.from_numpy(logits), torch.from_numpy(labels)
    losses = F.cross_entropy(logits, labels, reduction="none")
    return (torch.from_numpy(weights) * losses).mean()


def keras_as_torch(logits, labels, weights):
    import keras

    loss = keras.losses.SparseCategoricalCrossentropy(
        from_logits=True, reduction="mean_with_sample_weight"
    )
    return loss(labels, logits, sample_weight=weights)
