"""A Keras GRU with reset_after=False fits no PyTorch nn.GRU."""

import numpy as np

KERAS = """\
reset_after=False, the default of early Keras: the reset gate comes first,
tanh(W x + U (r * h)) (keras/src/layers/rnn/gru.py, GRUCell.call)."""

PYTORCH = """\
nn.GRU knows the other form alone, tanh(W x + r * (U h))
(torch/nn/modules/rnn.py, GRU)."""

FIX = """\
Build the Keras model with reset_after=True, today's default and cuDNN's; a
model trained without needs a loop over time in PyTorch."""

GAP = 0.1
CLOSED = {"float32": 1e-6, "float64": 1e-14}


def inputs():
    """Sequences, and a GRU of five units."""
    random = np.random.default_rng(0)
    return {
        "x": random.normal(size=(3, 6, 4)),
        "kernel": random.normal(scale=0.5, size=(4, 15)),
        "recurrent": random.normal(scale=0.5, size=(5, 15)),
    }


def keras_default(x, kernel, recurrent):
    from keras import layers

    gru = layers.GRU(5, reset_after=False, use_bias=False)
    gru.build(x.shape)
    gru.set_weights([kernel, recurrent])
    return gru(x)


def torch_default(x, kernel, recurrent):
    import torch
    from torch import nn

    def gates(weight):
        z, r, h = torch.from_numpy(weight.T).chunk(3)
        return torch.cat([r, z, h])

    gru = nn.GRU(4, 5, bias=False, batch_first=True)
    gru.load_state_dict(
        {"weight_ih_l0": gates(kernel), "weight_hh_l0": gates(recurrent)}
    )
    _, h = gru(torch.from_numpy(x))
    return h[-1]


def torch_as_keras(x, kernel, recurrent):
    import torch
    from torch import nn

    class ResetBeforeGRU(nn.GRU):
        def forward(self, x):
            u, n = self.hidden_size, self.weight_hh_l0[-self.hidden_size :]
            h = x.new_zeros(len(x), u)
            for step in (x @ self.weight_ih_l0.T).unbind(1):
                gates = step[:, : 2 * u] + h @ self.weight_hh_l0[: 2 * u].T
                r, z = torch.sigmoid(gates).chunk(2, dim=-1)
                new = torch.tanh(step[:, 2 * u :] + (r * h) @ n.T)
                h = z * h + (1 - z) * new
            return h

    def gates(weight):
        z, r, h = torch.from_numpy(weight.T).chunk(3)
        return torch.cat([r, z, h])

    gru = ResetBeforeGRU(4, 5, bias=False, batch_first=True)
    gru.load_state_dict(
        {"weight_ih_l0": gates(kernel), "weight_hh_l0": gates(recurrent)}
    )
    return gru(torch.from_numpy(x))


def keras_as_torch(x, kernel, recurrent):
    from keras import layers

    gru = layers.GRU(5, use_bias=False)  # reset_after=True
    gru.build(x.shape)
    gru.set_weights([kernel, recurrent])
    return gru(x)
