"""keras.random with a number for seed draws the same values at every call."""

KERAS = """\
A number is the whole state: `keras.random.normal(shape, seed=1)` is a
constant (keras/src/random/seed_generator.py, draw_seed). Layers with a seed
do move on: they wrap it in a SeedGenerator."""

PYTORCH = """\
A Generator moves on with every draw
(torch/_torch_docs.py, randn, generator)."""

FIX = """\
Make one keras.random.SeedGenerator and pass it each time; in PyTorch a new
Generator of the same seed repeats."""

GAP = 1.0
# The mean distance of 100,000 pairs of normal numbers tells its own by 0.003.
CLOSED = {"float32": 0.02, "float64": 0.02}


def inputs():
    """Nothing: the numbers are drawn."""
    return {}


def keras_default():
    import keras
    from keras import ops

    first = keras.random.normal((100_000,), seed=1)
    second = keras.random.normal((100_000,), seed=1)
    return ops.mean(ops.abs(first - second))


def torch_default():
    import torch

    generator = torch.Generator().manual_seed(1)
    first = torch.randn(100_000, generator=generator)
    second = torch.randn(100_000, generator=generator)
    return (first - second).abs().mean()


def torch_as_keras():
    import torch

    first = torch.randn(100_000, generator=torch.Generator().manual_seed(1))
    second = torch.randn(100_000, generator=torch.Generator().manual_seed(1))
    return (first - second).abs().mean()


def keras_as_torch():
    import keras
    from keras import ops

    seed = keras.random.SeedGenerator(1)
    first = keras.random.normal((100_000,), seed=seed)
    second = keras.random.normal((100_000,), seed=seed)
    return ops.mean(ops.abs(first - second))
