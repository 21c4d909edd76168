"""Weights copied in list order end up in the wrong layers."""

import numpy as np

KERAS = """\
A functional model lists its layers by how far they are from the output, not
as they were made (keras/src/ops/function.py, map_graph)."""

PYTORCH = """\
`parameters()` goes by the order in which __init__ set the attributes
(torch/nn/modules/module.py, named_parameters)."""

FIX = """\
Name the layers and copy by name; a branch around others is enough to change
the order, and layers of one size take each other's weights without an error."""

GAP = 3.0
CLOSED = {"float32": 5e-6, "float64": 1e-13}


def inputs():
    """Three kernels as `model.get_weights()` lists them."""
    random = np.random.default_rng(0)
    return {
        "x": random.normal(size=(4, 5)),
        "weights": random.normal(size=(3, 5, 5)),
    }


def keras_default(x, weights):
    import keras
    from keras import layers

    start = keras.Input((5,))
    skip = layers.Dense(5, use_bias=False, name="skip")(start)
    hidden = layers.Dense(5, "tanh", use_bias=False, name="hidden")(start)
    top = layers.Dense(5, use_bias=False, name="top")(hidden)
    model = keras.Model(start, layers.add([skip, top]))
    model.set_weights(list(weights))
    return model(x)


def torch_default(x, weights):
    import torch
    from torch import nn

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.skip = nn.Linear(5, 5, bias=False)
            self.hidden = nn.Linear(5, 5, bias=False)
            self.top = nn.Linear(5, 5, bias=False)

        def forward(self, x):
            return self.skip(x) + self.top(torch.tanh(self.hidden(x)))

    model = Model()
    with torch.no_grad():
        for parameter, weight in zip(model.parameters(), weights, strict=True):
            parameter.copy_(torch.from_numpy(weight.T))
    return model(torch.from_numpy(x))


def torch_as_keras(x, weights):
    import torch
    from torch import nn

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.skip = nn.Linear(5, 5, bias=False)
            self.hidden = nn.Linear(5, 5, bias=False)
            self.top = nn.Linear(5, 5, bias=False)

        def forward(self, x):
            return self.skip(x) + self.top(torch.tanh(self.hidden(x)))

    # What [weight.path for weight in the Keras model's weights] says.
    names = ("hidden.weight", "skip.weight", "top.weight")
    tensors = (torch.from_numpy(weight.T) for weight in weights)
    model = Model()
    model.load_state_dict(dict(zip(names, tensors, strict=True)))
    return model(torch.from_numpy(x))


def keras_as_torch(x, weights):
    import keras
    from keras import layers

    start = keras.Input((5,))
    skip = layers.Dense(5, use_bias=False, name="skip")(start)
    hidden = layers.Dense(5, "tanh", use_bias=False, name="hidden")(start)
    top = layers.Dense(5, use_bias=False, name="top")(hidden)
    model = keras.Model(start, layers.add([skip, top]))
    names = ("skip", "hidden", "top")  # as the PyTorch model lists them
    for name, weight in zip(names, weights, strict=True):
        model.get_layer(name).set_weights([weight])
    return model(x)
