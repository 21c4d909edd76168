"""What several PyTorch halves need and Keras has built in."""

import torch
from torch import nn


@torch.no_grad()
def init_like_keras(module: nn.Module) -> None:
    """Draw a layer's weights from Keras' default distributions.

    Use as `model.apply(init_like_keras)`. PyTorch's own defaults have about
    half the spread for dense layers, random biases, and an LSTM that begins
    by forgetting: see `initial_weights`.
    """
    if isinstance(module, nn.Linear | nn.Conv2d):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)
    elif isinstance(module, nn.LSTM):
        units = module.hidden_size
        nn.init.xavier_uniform_(module.weight_ih_l0)
        nn.init.orthogonal_(module.weight_hh_l0)
        nn.init.zeros_(module.bias_ih_l0)
        nn.init.zeros_(module.bias_hh_l0)
        module.bias_ih_l0[units : 2 * units] = 1.0  # the forget gate


def device_of(model: nn.Module) -> torch.device:
    return next(model.parameters()).device
