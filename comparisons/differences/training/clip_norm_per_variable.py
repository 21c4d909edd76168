"""clipnorm in Keras is not clip_grad_norm_ in PyTorch."""

import numpy as np

KERAS = """\
clipnorm clips every variable by its own norm; global_clipnorm all by their
common one (keras/src/optimizers/base_optimizer.py, _clip_gradients)."""

PYTORCH = """\
clip_grad_norm_ takes one norm over all the parameters that it is given
(torch/nn/utils/clip_grad.py, clip_grad_norm_)."""

FIX = """\
Keras: global_clipnorm. PyTorch: one call per parameter; parameters that hold
several Keras variables, such as in_proj_weight, must be split first."""

GAP = 1e-2
# What is left is clip_norm_epsilon.
CLOSED = {"float32": 5e-7, "float64": 5e-8}


def inputs():
    """Large gradients of a kernel, small ones of a bias."""
    random = np.random.default_rng(0)
    return {
        "kernel": random.normal(size=(6, 5)),
        "bias": random.normal(size=(5,)),
        "kernel_gradient": random.normal(scale=3.0, size=(6, 5)),
        "bias_gradient": random.normal(scale=0.1, size=(5,)),
    }


def keras_default(kernel, bias, kernel_gradient, bias_gradient):
    import keras
    from keras import ops

    variables = [keras.Variable(kernel), keras.Variable(bias)]
    gradients = map(ops.convert_to_tensor, (kernel_gradient, bias_gradient))
    optimizer = keras.optimizers.SGD(0.1, clipnorm=1.0)
    optimizer.apply(list(gradients), variables)
    return {"kernel": variables[0].value, "bias": variables[1].value}


def torch_default(kernel, bias, kernel_gradient, bias_gradient):
    import torch

    kernel = torch.nn.Parameter(torch.from_numpy(kernel))
    bias = torch.nn.Parameter(torch.from_numpy(bias))
    kernel.grad = torch.from_numpy(kernel_gradient)
    bias.grad = torch.from_numpy(bias_gradient)
    torch.nn.utils.clip_grad_norm_([kernel, bias], 1.0)
    torch.optim.SGD([kernel, bias], lr=0.1).step()
    return {"kernel": kernel, "bias": bias}


def torch_as_keras(kernel, bias, kernel_gradient, bias_gradient):
    import torch

    kernel = torch.nn.Parameter(torch.from_numpy(kernel))
    bias = torch.nn.Parameter(torch.from_numpy(bias))
    kernel.grad = torch.from_numpy(kernel_gradient)
    bias.grad = torch.from_numpy(bias_gradient)
    for parameter in (kernel, bias):
        torch.nn.utils.clip_grad_norm_(parameter, 1.0)
    torch.optim.SGD([kernel, bias], lr=0.1).step()
    return {"kernel": kernel, "bias": bias}


def keras_as_torch(kernel, bias, kernel_gradient, bias_gradient):
    import keras
    from keras import ops

    variables = [keras.Variable(kernel), keras.Variable(bias)]
    gradients = map(ops.convert_to_tensor, (kernel_gradient, bias_gradient))
    optimizer = keras.optimizers.SGD(0.1, global_clipnorm=1.0)
    optimizer.apply(list(gradients), variables)
    return {"kernel": variables[0].value, "bias": variables[1].value}
