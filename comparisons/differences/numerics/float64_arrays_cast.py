"""A float64 array from NumPy or pandas is refused by a PyTorch layer."""

import numpy as np

KERAS = """\
Layers cast floating inputs to their own compute_dtype, float32 by default
(keras/src/dtype_policies/dtype_policy.py, convert_input)."""

PYTORCH = """\
nn.Linear and others take weights and inputs of one type: RuntimeError,
"mat1 and mat2 must have the same dtype" (torch/nn/functional.py, linear)."""

FIX = """\
torch.from_numpy(x).to(weight.dtype), or .float(). A DataLoader makes float64
of Python floats too (torch/utils/data/_utils/collate.py)."""

NOT_POSSIBLE = "No Keras code is wanted that refuses what works."

GAP = float("inf")
CLOSED = {"float32": 2e-6, "float64": 1e-14}


def inputs():
    random = np.random.default_rng(0)
    return {
        "x": random.normal(size=(8, 5)),
        "kernel": random.normal(size=(5, 3)),
    }


def keras_default(x, kernel):
    from keras import layers

    x = np.asarray(x, "float64")
    layer = layers.Dense(3, use_bias=False)
    layer.build((None, 5))
    layer.set_weights([kernel])
    return layer(x)


def torch_default(x, kernel):
    import torch
    from torch import nn

    x = np.asarray(x, "float64")
    layer = nn.Linear(5, 3, bias=False)
    layer.load_state_dict({"weight": torch.from_numpy(kernel.T)})
    return layer(torch.from_numpy(x))


def torch_as_keras(x, kernel):
    import torch
    from torch import nn

    x = np.asarray(x, "float64")
    layer = nn.Linear(5, 3, bias=False)
    layer.load_state_dict({"weight": torch.from_numpy(kernel.T)})
    return layer(torch.from_numpy(x).to(layer.weight.dtype))
