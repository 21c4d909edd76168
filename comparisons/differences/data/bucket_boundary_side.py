"""torch.bucketize puts a value on a boundary one bucket lower than Keras."""

import numpy as np

KERAS = """\
Discretization and ops.digitize: boundary <= x is the bucket above
(keras/src/layers/preprocessing/discretization.py)."""

PYTORCH = """\
bucketize(right=False): boundary < x is; searchsorted's side="left" on both
sides is the same (torch/_torch_docs.py, bucketize)."""

FIX = """\
bucketize(x, boundaries, right=True); ops.searchsorted(boundaries, x)."""

GAP = 1.0
CLOSED = {"float32": 0.0, "float64": 0.0}


def inputs():
    """Ages, and the boundaries people choose: round ones."""
    return {
        "ages": np.array([17.0, 18.0, 30.0, 64.0, 65.0]),
        "boundaries": np.array([18.0, 40.0, 65.0]),
    }


def keras_default(ages, boundaries):
    from keras import layers

    return layers.Discretization(boundaries.tolist())(ages)


def torch_default(ages, boundaries):
    import torch

    return torch.bucketize(torch.from_numpy(ages), torch.from_numpy(boundaries))


def torch_as_keras(ages, boundaries):
    import torch

    ages, boundaries = torch.from_numpy(ages), torch.from_numpy(boundaries)
    return torch.bucketize(ages, boundaries, right=True)


def keras_as_torch(ages, boundaries):
    from keras import ops

    return ops.searchsorted(boundaries, ages, side="left")
