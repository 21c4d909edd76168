"""A PyTorch GRU or LSTM cannot drop its own previous state."""

import numpy as np

KERAS = """\
`recurrent_dropout` draws one mask a gate for each batch, keeps it over all
time steps and multiplies the previous state by it on its way into that gate;
what a GRU's update gate lets through is not dropped
(keras/src/layers/rnn/gru.py, GRUCell.call, implementation 1)."""

PYTORCH = """\
`dropout` of nn.GRU and nn.LSTM acts between stacked layers alone, anew at
every time step, and nothing drops the recurrent state
(torch/nn/modules/rnn.py)."""

FIX = """\
Subclass nn.GRU: in training a loop over time with three masks of
F.dropout(ones), one for each gate; in evaluation nn.GRU's own code. cuDNN has
no such masks, so that on a GPU either library pays for the loop."""

GAP = 0.2
# Random masks never agree: 20,000 of them tell a mean and a spread by 5e-3.
CLOSED = {"float32": 0.02, "float64": 0.02}


def inputs():
    """One sequence, which is asked 20,000 times, and the GRU's weights."""
    random = np.random.default_rng(0)
    return {
        "x": random.normal(size=(1, 6, 4)),
        "kernel": random.normal(scale=0.5, size=(4, 12)),
        "recurrent": random.normal(scale=0.8, size=(4, 12)),
    }


def keras_default(x, kernel, recurrent):
    from keras import layers, ops

    gru = layers.GRU(4, recurrent_dropout=0.5, use_bias=False)
    gru.build(x.shape)
    gru.set_weights([kernel, recurrent])
    y = gru(np.repeat(x, 20_000, axis=0), training=True)
    return {"mean": ops.mean(y, axis=0), "spread": ops.std(y, axis=0)}


def torch_default(x, kernel, recurrent):
    import torch
    from torch import nn

    def gates(weight):
        z, r, h = torch.from_numpy(weight.T).chunk(3)
        return torch.cat([r, z, h])

    gru = nn.GRU(4, 4, dropout=0.5, bias=False, batch_first=True)
    gru.load_state_dict(
        {"weight_ih_l0": gates(kernel), "weight_hh_l0": gates(recurrent)}
    )
    _, h = gru(torch.from_numpy(x).repeat(20_000, 1, 1))
    return {"mean": h[-1].mean(0), "spread": h[-1].std(0)}


def torch_as_keras(x, kernel, recurrent):
    import torch
    import torch.nn.functional as F
    from torch import nn

    class DroppingGRU(nn.GRU):
        def forward(self, x, rate=0.5):
            if not self.training:
                return super().forward(x)[1][-1]
            h = x.new_zeros(len(x), self.hidden_size)
            masks = F.dropout(x.new_ones(3, *h.shape), rate)
            weights = torch.stack(self.weight_hh_l0.chunk(3))
            for step in (x @ self.weight_ih_l0.T).unbind(1):
                xr, xz, xn = step.chunk(3, dim=-1)
                hr, hz, hn = (h * masks) @ weights.mT
                r, z = torch.sigmoid(xr + hr), torch.sigmoid(xz + hz)
                h = z * h + (1 - z) * torch.tanh(xn + r * hn)
            return h

    def gates(weight):
        z, r, h = torch.from_numpy(weight.T).chunk(3)
        return torch.cat([r, z, h])

    gru = DroppingGRU(4, 4, bias=False, batch_first=True)
    gru.load_state_dict(
        {"weight_ih_l0": gates(kernel), "weight_hh_l0": gates(recurrent)}
    )
    h = gru(torch.from_numpy(x).repeat(20_000, 1, 1))
    return {"mean": h.mean(0), "spread": h.std(0)}


def keras_as_torch(x, kernel, recurrent):
    from keras import layers, ops

    gru = layers.GRU(4, use_bias=False)
    gru.build(x.shape)
    gru.set_weights([kernel, recurrent])
    y = gru(np.repeat(x, 20_000, axis=0), training=True)
    return {"mean": ops.mean(y, axis=0), "spread": ops.std(y, axis=0)}
