"""Keras' AUC is far off where scores are close together."""

import numpy as np

KERAS = """\
AUC counts at 200 thresholds, evenly from 0 to 1, and joins the points
(keras/src/metrics/confusion_metrics.py, AUC)."""

PYTORCH = """\
Has none; people rank all scores, as scikit-learn's roc_auc_score does, which
is exact."""

FIX = """\
Give AUC the scores themselves as thresholds, or more of them
(num_thresholds=10_000). Logits need AUC(from_logits=True)."""

GAP = 0.02
CLOSED = {"float32": 2e-6, "float64": 1e-12}


def inputs():
    """Scores squeezed into [0, 0.01], as a rare class has them."""
    random = np.random.default_rng(0)
    labels = random.integers(2, size=300)
    scores = random.uniform(0, 0.008, size=300) + 0.002 * labels
    return {"labels": labels, "scores": scores}


def keras_default(labels, scores):
    import keras

    return keras.metrics.AUC()(labels, scores)


def torch_default(labels, scores):
    import torch

    labels, scores = torch.from_numpy(labels), torch.from_numpy(scores)
    positive, negative = scores[labels == 1], scores[labels == 0]
    return ((positive[:, None] - negative).sign().mean() + 1) / 2


def torch_as_keras(labels, scores):
    import torch

    labels, scores = torch.from_numpy(labels), torch.from_numpy(scores)
    thresholds = torch.linspace(0, 1, 200)
    thresholds[0] = -1e-7
    above = (scores > thresholds[:, None]).double()
    hits = above[:, labels == 1].mean(1)
    false_alarms = above[:, labels == 0].mean(1)
    return -torch.trapezoid(hits, false_alarms)


def keras_as_torch(labels, scores):
    import keras

    thresholds = np.unique(scores).tolist()
    return keras.metrics.AUC(thresholds=thresholds)(labels, scores)
