"""One PyTorch module of every kind that weights.py knows, for test_weights.py.

Imports PyTorch, so it must only be imported in a process of its own. Its twin,
layer_twins_keras.py, holds the same layers under the same names.
"""

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


class Separable(nn.Module):
    """A depthwise convolution and a pointwise one, in Keras' naming."""

    def __init__(self, depthwise: nn.Module, pointwise: nn.Module) -> None:
        super().__init__()
        self.depthwise = depthwise
        self.pointwise = pointwise

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.pointwise(self.depthwise(x))


class LinearAttention(nn.Module):
    """Two heads whose keys hold 4 values and whose values hold 3."""

    def __init__(self) -> None:
        super().__init__()
        self.query = nn.Linear(6, 2 * 4)
        self.key = nn.Linear(5, 2 * 4)
        self.value = nn.Linear(7, 2 * 3)
        self.output = nn.Linear(2 * 3, 9)

    def forward(
        self, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor
    ) -> torch.Tensor:
        query = self.query(query).unflatten(-1, (2, 4)).transpose(1, 2)
        key = self.key(key).unflatten(-1, (2, 4)).transpose(1, 2)
        value = self.value(value).unflatten(-1, (2, 3)).transpose(1, 2)
        heads = F.scaled_dot_product_attention(query, key, value)
        return self.output(heads.transpose(1, 2).flatten(2))


def plain(module: nn.Module, *inputs: torch.Tensor) -> torch.Tensor:
    return module(*inputs)


def channels_last(module: nn.Module, x: torch.Tensor) -> torch.Tensor:
    """Call a module that wants channels first with Keras' layout."""
    return module(x.movedim(-1, 1)).movedim(1, -1)


def first_of(module: nn.Module, *inputs: torch.Tensor) -> torch.Tensor:
    """Call a module that returns a state or attention weights besides."""
    return module(*inputs)[0]


TWINS: dict[str, tuple[nn.Module, Callable[..., torch.Tensor]]] = {
    "dense": (nn.Linear(3, 5), plain),
    "dense_square": (nn.Linear(4, 4, bias=False), plain),
    "embedding": (nn.Embedding(6, 4), plain),
    "conv1d": (nn.Conv1d(3, 5, 2), channels_last),
    "conv2d": (nn.Conv2d(4, 5, (3, 2), stride=(2, 1)), channels_last),
    "conv2d_grouped": (nn.Conv2d(4, 6, (3, 2), groups=2), channels_last),
    "conv3d": (nn.Conv3d(3, 5, (3, 2, 4)), channels_last),
    "depthwise1d": (nn.Conv1d(4, 8, 3, groups=4), channels_last),
    "depthwise2d": (nn.Conv2d(4, 8, (3, 2), groups=4), channels_last),
    "separable1d": (
        Separable(nn.Conv1d(4, 8, 3, groups=4, bias=False), nn.Conv1d(8, 5, 1)),
        channels_last,
    ),
    "separable2d": (
        Separable(
            nn.Conv2d(4, 8, (3, 2), groups=4, bias=False), nn.Conv2d(8, 5, 1)
        ),
        channels_last,
    ),
    "transposed1d": (nn.ConvTranspose1d(4, 5, 3, stride=2), channels_last),
    "transposed2d": (nn.ConvTranspose2d(4, 5, (3, 2), stride=2), channels_last),
    "transposed3d": (nn.ConvTranspose3d(3, 5, (3, 2, 4)), channels_last),
    "batch_norm": (nn.BatchNorm2d(4, eps=1e-3), channels_last),
    "batch_norm_plain": (
        nn.BatchNorm1d(4, eps=1e-3, affine=False),
        plain,
    ),
    "layer_norm": (nn.LayerNorm(4, eps=1e-3), plain),
    "group_norm": (nn.GroupNorm(2, 4, eps=1e-3), channels_last),
    "rms_norm": (nn.RMSNorm(4, eps=1e-6), plain),
    "prelu": (nn.PReLU(4), channels_last),
    "lstm": (nn.LSTM(5, 3, batch_first=True), first_of),
    "gru": (nn.GRU(5, 3, batch_first=True), first_of),
    "simple_rnn": (nn.RNN(5, 3, batch_first=True), first_of),
    "two_way_lstm": (
        nn.LSTM(5, 3, batch_first=True, bidirectional=True),
        first_of,
    ),
    "two_way_gru": (
        nn.GRU(5, 3, batch_first=True, bidirectional=True),
        first_of,
    ),
    "two_way_rnn": (
        nn.RNN(5, 3, batch_first=True, bidirectional=True),
        first_of,
    ),
    "attention": (nn.MultiheadAttention(8, 2, batch_first=True), first_of),
    "attention_linear": (LinearAttention(), plain),
}
MODEL = nn.ModuleDict({name: module for name, (module, _) in TWINS.items()})


def names() -> list[str]:
    """Return the names of the whole state, `num_batches_tracked` included."""
    return list(MODEL.state_dict())


def run(
    state: dict[str, np.ndarray], inputs: dict[str, list[np.ndarray]]
) -> dict[str, dict[str, np.ndarray]]:
    """Load a state, and call the modules that inputs are given for.

    Returns:
        Dictionaries of arrays: "state" and "gradients" by PyTorch name,
        "outputs" by layer. The gradients are those of the sum of sin(output).
    """
    tensors = {name: torch.tensor(array) for name, array in state.items()}
    missing, unknown = MODEL.load_state_dict(tensors, strict=False)
    assert not unknown, unknown
    assert all(name.endswith("num_batches_tracked") for name in missing)
    MODEL.eval()
    MODEL.zero_grad()
    outputs = {}
    for name, arrays in inputs.items():
        module, call = TWINS[name]
        output = call(module, *(torch.tensor(array) for array in arrays))
        if output.requires_grad:
            output.sin().sum().backward()
        outputs[name] = output.detach().numpy()
    return {
        "state": {n: t.numpy() for n, t in MODEL.state_dict().items()},
        "gradients": {
            name: parameter.grad.numpy()
            for name, parameter in MODEL.named_parameters()
            if parameter.grad is not None
        },
        "outputs": outputs,
    }
