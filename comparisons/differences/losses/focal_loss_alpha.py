"""The focal losses differ: torchvision's weighs the classes, Keras' not."""

import numpy as np

KERAS = """\
apply_class_balancing=False: alpha=0.25 is there but not used; mean over the
batch (keras/src/losses/losses.py, binary_focal_crossentropy)."""

PYTORCH = """\
sigmoid_focal_loss has alpha=0.25 in use, -1 turns it off, and
reduction="none" (torchvision/ops/focal_loss.py)."""

FIX = """\
alpha=-1 in torchvision, or apply_class_balancing=True in Keras."""

GAP = 0.1
CLOSED = {"float32": 2e-6, "float64": 1e-14}


def inputs():
    random = np.random.default_rng(0)
    return {
        "logits": random.normal(size=(16, 1)),
        "targets": random.integers(2, size=(16, 1)).astype("float64"),
    }


def keras_default(logits, targets):
    import keras

    loss = keras.losses.BinaryFocalCrossentropy(from_logits=True)
    return loss(targets, logits)


def torch_default(logits, targets):
    import torch
    from torchvision.ops import sigmoid_focal_loss

    logits, targets = torch.from_numpy(logits), torch.from_numpy(targets)
    return sigmoid_focal_loss(logits, targets, reduction="mean")


def torch_as_keras(logits, targets):
    import torch
    from torchvision.ops import sigmoid_focal_loss

    logits, targets = torch.from_numpy(logits), torch.from_numpy(targets)
    return sigmoid_focal_loss(logits, targets, alpha=-1, reduction="mean")


def keras_as_torch(logits, targets):
    import keras

    loss = keras.losses.BinaryFocalCrossentropy(
        apply_class_balancing=True, from_logits=True
    )
    return loss(targets, logits)
