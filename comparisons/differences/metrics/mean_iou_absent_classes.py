"""Mean IoU differs where a class is in no mask and no prediction."""

import numpy as np

KERAS = """\
MeanIoU averages over the classes that occur
(keras/src/metrics/iou_metrics.py, IoU, result)."""

PYTORCH = """\
Has none; the usual (intersection + eps) / (union + eps) gives an absent
class 1, and 0 / 0 without eps makes the mean nan."""

FIX = """\
Average where the union is above 0. Both sides need the counts of the whole
set, not a mean over batches."""

GAP = 0.1
# Keras divides in float32, whatever the type.
CLOSED = {"float32": 1e-6, "float64": 1e-6}


def inputs():
    """Masks of three of four classes."""
    random = np.random.default_rng(0)
    truth = random.integers(3, size=200)
    other = random.integers(3, size=200)
    predicted = np.where(random.uniform(size=200) < 0.5, truth, other)
    return {"truth": truth, "predicted": predicted}


def keras_default(truth, predicted):
    import keras

    return keras.metrics.MeanIoU(num_classes=4)(truth, predicted)


def torch_default(truth, predicted):
    import torch
    import torch.nn.functional as F

    truth = F.one_hot(torch.from_numpy(truth), 4).bool()
    predicted = F.one_hot(torch.from_numpy(predicted), 4).bool()
    intersection = (truth & predicted).sum(0)
    union = (truth | predicted).sum(0)
    return ((intersection + 1e-6) / (union + 1e-6)).mean()


def torch_as_keras(truth, predicted):
    import torch
    import torch.nn.functional as F

    truth = F.one_hot(torch.from_numpy(truth), 4).bool()
    predicted = F.one_hot(torch.from_numpy(predicted), 4).bool()
    intersection = (truth & predicted).sum(0)
    union = (truth | predicted).sum(0)
    return (intersection / union)[union > 0].mean()


def keras_as_torch(truth, predicted):
    from keras import ops

    truth = ops.one_hot(truth, 4, dtype="bool")
    predicted = ops.one_hot(predicted, 4, dtype="bool")
    intersection = ops.sum(ops.logical_and(truth, predicted), axis=0)
    union = ops.sum(ops.logical_or(truth, predicted), axis=0)
    intersection = ops.cast(intersection, "float64")
    return ops.mean((intersection + 1e-6) / (ops.cast(union, "float64") + 1e-6))
