"""A PyTorch embedding begins 35 times as large as a Keras one."""

KERAS = """\
Uniform within 0.05: a standard deviation of 0.029
(keras/src/layers/core/embedding.py, embeddings_initializer)."""

PYTORCH = """\
Normal with standard deviation 1 (torch/nn/modules/sparse.py,
Embedding.reset_parameters)."""

FIX = """\
`nn.init.uniform_(embedding.weight, -0.05, 0.05)`, or
`embeddings_initializer=RandomNormal(stddev=1.0)` in Keras. Tables of learned
positions are embeddings too."""

GAP = 0.9
# Random numbers never agree: the spread of 128,000 normal ones tells its own
# by 2e-3.
CLOSED = {"float32": 0.01, "float64": 0.01}


def inputs():
    """Nothing: the layers draw their weights."""
    return {}


def keras_default():
    from keras import layers, ops

    embedding = layers.Embedding(2000, 64)
    embedding.build()
    return ops.std(embedding.embeddings)


def torch_default():
    from torch import nn

    embedding = nn.Embedding(2000, 64)
    return embedding.weight.std()


def torch_as_keras():
    from torch import nn

    embedding = nn.Embedding(2000, 64)
    nn.init.uniform_(embedding.weight, -0.05, 0.05)
    return embedding.weight.std()


def keras_as_torch():
    import keras
    from keras import layers, ops

    normal = keras.initializers.RandomNormal(stddev=1.0)
    embedding = layers.Embedding(2000, 64, embeddings_initializer=normal)
    embedding.build()
    return ops.std(embedding.embeddings)
