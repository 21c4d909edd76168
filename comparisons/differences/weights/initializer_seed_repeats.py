"""Two Keras layers with one seeded initialiser get the same weights."""

KERAS = """\
An initializer with a number for seed draws the same values at every call
(keras/src/initializers/random_initializers.py, RandomInitializer)."""

PYTORCH = """\
torch.nn.init draws on from a generator, the global one by default, so each
call differs (torch/nn/init.py)."""

FIX = """\
In Keras give a `keras.random.SeedGenerator`, or an initializer for each layer.
In PyTorch a new generator of the same seed each time repeats the weights."""

GAP = 0.1
# Random numbers never agree: the spread of 4096 differences tells its own by
# 2e-3.
CLOSED = {"float32": 0.01, "float64": 0.01}


def inputs():
    """Nothing: the initialisers draw weights."""
    return {}


def keras_default():
    import keras
    from keras import ops

    initializer = keras.initializers.GlorotUniform(seed=3)
    first, second = initializer((64, 64)), initializer((64, 64))
    return ops.std(first - second)


def torch_default():
    import torch
    from torch import nn

    generator = torch.Generator().manual_seed(3)
    first, second = torch.empty(64, 64), torch.empty(64, 64)
    for weight in (first, second):
        nn.init.xavier_uniform_(weight, generator=generator)
    return (first - second).std()


def torch_as_keras():
    import torch
    from torch import nn

    first, second = torch.empty(64, 64), torch.empty(64, 64)
    for weight in (first, second):
        generator = torch.Generator().manual_seed(3)
        nn.init.xavier_uniform_(weight, generator=generator)
    return (first - second).std()


def keras_as_torch():
    import keras
    from keras import ops

    generator = keras.random.SeedGenerator(3)
    initializer = keras.initializers.GlorotUniform(seed=generator)
    first, second = initializer((64, 64)), initializer((64, 64))
    return ops.std(first - second)
