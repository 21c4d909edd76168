"""torchvision gives a whole batch the same augmentation."""

import numpy as np

KERAS = """\
Augmentation layers draw for each picture of a batch
(keras/src/layers/preprocessing/image_preprocessing/random_flip.py)."""

PYTORCH = """\
A transform draws once a call, whatever the number of pictures
(torchvision/transforms/v2/_transform.py)."""

FIX = """\
Call it on single pictures, in the Dataset, or in a loop over the batch. In
Keras draw one coin yourself."""

GAP = 0.5
# Six pictures fall alike by chance once in 32 batches.
CLOSED = {"float32": 0.25, "float64": 0.25}


def inputs():
    """Thirty batches of six times the same picture."""
    return {"batches": np.tile([[[1.0], [2.0]]], (30, 6, 1, 1, 1))}


def keras_default(batches):
    from keras import layers, ops

    flip = layers.RandomFlip("horizontal")
    alike = []
    for x in batches:
        y = ops.convert_to_numpy(flip(x, training=True))
        alike.append((y == y[0]).all())
    return {"share of batches alike": np.mean(alike)}


def torch_default(batches):
    import torch
    from torchvision.transforms import v2

    flip = v2.RandomHorizontalFlip()
    alike = []
    for x in torch.from_numpy(batches).permute(0, 1, 4, 2, 3):
        y = flip(x)
        alike.append(bool((y == y[0]).all()))
    return {"share of batches alike": np.mean(alike)}


def torch_as_keras(batches):
    import torch
    from torchvision.transforms import v2

    flip = v2.RandomHorizontalFlip()
    alike = []
    for x in torch.from_numpy(batches).permute(0, 1, 4, 2, 3):
        y = torch.stack([flip(picture) for picture in x])
        alike.append(bool((y == y[0]).all()))
    return {"share of batches alike": np.mean(alike)}


def keras_as_torch(batches):
    import keras
    from keras import ops

    seed = keras.random.SeedGenerator()
    alike = []
    for x in batches:
        coin = keras.random.uniform((), seed=seed) < 0.5
        y = ops.convert_to_numpy(ops.where(coin, ops.flip(x, axis=2), x))
        alike.append((y == y[0]).all())
    return {"share of batches alike": np.mean(alike)}
