"""The mean of the batches' accuracies is not the accuracy of the epoch."""

import numpy as np

KERAS = """\
Metrics add up samples, so a short last batch weighs less
(keras/src/metrics/reduction_metrics.py, Mean)."""

PYTORCH = """\
Loops often add up a batch's accuracy and divide by len(loader)."""

FIX = """\
Add up correct predictions, and divide by the number of samples."""

GAP = 0.05
CLOSED = {"float32": 1e-6, "float64": 1e-14}


def inputs():
    """68 rows in batches of 32: four are left, and all of them are wrong."""
    random = np.random.default_rng(0)
    logits = random.normal(size=(68, 3))
    labels = logits.argmax(-1)
    labels[::4] = 0
    labels[64:] = (labels[64:] + 1) % 3
    return {"logits": logits, "labels": labels}


def keras_default(logits, labels):
    import keras

    metric = keras.metrics.SparseCategoricalAccuracy()
    for i in range(0, 68, 32):
        metric.update_state(labels[i : i + 32], logits[i : i + 32])
    return metric.result()


def torch_default(logits, labels):
    import torch

    correct = torch.from_numpy(logits).argmax(1) == torch.from_numpy(labels)
    batches = correct.double().split(32)
    return sum(batch.mean() for batch in batches) / len(batches)


def torch_as_keras(logits, labels):
    import torch

    correct = torch.from_numpy(logits).argmax(1) == torch.from_numpy(labels)
    total = sum(batch.sum() for batch in correct.split(32))
    return total.double() / len(labels)


def keras_as_torch(logits, labels):
    import keras

    metric = keras.metrics.SparseCategoricalAccuracy()
    accuracies = []
    for i in range(0, 68, 32):
        metric.reset_state()
        accuracies.append(metric(labels[i : i + 32], logits[i : i + 32]))
    return np.mean(accuracies)
