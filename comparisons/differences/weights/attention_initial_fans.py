"""Attention begins flatter in PyTorch: query and key weights are smaller."""

KERAS = """\
Glorot uniform, each projection by its own fans; the output too
(keras/src/layers/core/einsum_dense.py, _update_kernel_initializer)."""

PYTORCH = """\
Glorot uniform for query, key and value as one matrix (3 * features, features);
the output as any Linear (torch/nn/modules/activation.py, _reset_parameters)."""

FIX = """\
`xavier_uniform_` for each third of in_proj_weight and for out_proj.weight;
the biases are 0 in both."""

GAP = 0.03
# Random numbers never agree: the spread of 16384 weights tells its own by 3e-4.
CLOSED = {"float32": 2e-3, "float64": 2e-3}


def inputs():
    """Nothing: the layers draw their weights."""
    return {}


def keras_default():
    from keras import layers, ops

    attention = layers.MultiHeadAttention(8, key_dim=16)
    attention.build((None, 10, 128), (None, 10, 128))
    return {
        "query": ops.std(attention.query_dense.kernel),
        "key": ops.std(attention.key_dense.kernel),
        "value": ops.std(attention.value_dense.kernel),
        "output": ops.std(attention.output_dense.kernel),
    }


def torch_default():
    from torch import nn

    attention = nn.MultiheadAttention(128, 8)
    query, key, value = attention.in_proj_weight.chunk(3)
    return {
        "query": query.std(),
        "key": key.std(),
        "value": value.std(),
        "output": attention.out_proj.weight.std(),
    }


def torch_as_keras():
    from torch import nn

    attention = nn.MultiheadAttention(128, 8)
    query, key, value = attention.in_proj_weight.data.chunk(3)
    output = attention.out_proj.weight
    for weight in (query, key, value, output):
        nn.init.xavier_uniform_(weight)
    return {
        "query": query.std(),
        "key": key.std(),
        "value": value.std(),
        "output": output.std(),
    }


def keras_as_torch():
    import keras
    from keras import layers, ops

    def within(limit):
        return keras.initializers.RandomUniform(-limit, limit)

    attention = layers.MultiHeadAttention(
        8, key_dim=16, kernel_initializer=within((6 / (128 + 3 * 128)) ** 0.5)
    )
    attention.build((None, 10, 128), (None, 10, 128))
    output = attention.output_dense.kernel
    output.assign(within(128**-0.5)(output.shape))
    return {
        "query": ops.std(attention.query_dense.kernel),
        "key": ops.std(attention.key_dense.kernel),
        "value": ops.std(attention.value_dense.kernel),
        "output": ops.std(output),
    }
