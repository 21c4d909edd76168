"""RMSE over an epoch is the root of the mean, not the mean of the roots."""

import numpy as np

KERAS = """\
RootMeanSquaredError takes the root once, in result
(keras/src/metrics/regression_metrics.py)."""

PYTORCH = """\
Loops average the root of each batch's mse_loss, which is never larger."""

FIX = """\
Add up squared errors over the epoch, and take the root at its end."""

GAP = 0.05
CLOSED = {"float32": 1e-6, "float64": 1e-14}


def inputs():
    """Batches of eight, the last of which is predicted badly."""
    random = np.random.default_rng(0)
    targets = random.normal(size=32)
    noise = random.normal(scale=0.1, size=32)
    noise[24:] *= 10
    return {"targets": targets, "outputs": targets + noise}


def keras_default(targets, outputs):
    import keras

    metric = keras.metrics.RootMeanSquaredError()
    for i in range(0, 32, 8):
        metric.update_state(targets[i : i + 8], outputs[i : i + 8])
    return metric.result()


def torch_default(targets, outputs):
    import torch
    import torch.nn.functional as F

    targets, outputs = torch.from_numpy(targets), torch.from_numpy(outputs)
    batches = zip(outputs.split(8), targets.split(8), strict=True)
    roots = [F.mse_loss(output, target).sqrt() for output, target in batches]
    return torch.stack(roots).mean()


def torch_as_keras(targets, outputs):
    import torch
    import torch.nn.functional as F

    targets, outputs = torch.from_numpy(targets), torch.from_numpy(outputs)
    total = 0.0
    for output, target in zip(outputs.split(8), targets.split(8), strict=True):
        total += F.mse_loss(output, target, reduction="sum")
    return (total / len(targets)).sqrt()


def keras_as_torch(targets, outputs):
    import keras

    metric = keras.metrics.RootMeanSquaredError()
    roots = []
    for i in range(0, 32, 8):
        metric.reset_state()
        roots.append(metric(targets[i : i + 8], outputs[i : i + 8]))
    return np.mean(roots)
