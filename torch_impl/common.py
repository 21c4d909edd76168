"""What several PyTorch halves need and Keras has built in."""

import torch
from torch import nn


@torch.no_grad()
def init_like_keras(module: nn.Module) -> None:
    """Draw a layer's weights from Keras' default distributions.

    Use as `model.apply(init_like_keras)`. PyTorch's own defaults have about
    half the spread for dense layers (`initial_weights`), random biases
    (`dense_bias_start`), embeddings 35 times as large
    (`embedding_initial_scale`), recurrent weights that are not orthogonal
    (`orthogonal_recurrent_kernel`), and an LSTM that begins by forgetting
    (`lstm_forget_bias`).
    """
    if isinstance(
        module, nn.Linear | nn.Conv1d | nn.Conv2d | nn.ConvTranspose2d
    ):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
    elif isinstance(module, nn.Embedding):
        nn.init.uniform_(module.weight, -0.05, 0.05)
    elif isinstance(module, nn.LSTM | nn.GRU):
        units = module.hidden_size
        for name, weight in module.named_parameters():
            if name.startswith("weight_ih"):
                nn.init.xavier_uniform_(weight)
            elif name.startswith("weight_hh"):
                nn.init.orthogonal_(weight)
            else:
                nn.init.zeros_(weight)
            if name.startswith("bias_ih") and isinstance(module, nn.LSTM):
                weight[units : 2 * units] = 1.0  # the forget gate


def device_of(model: nn.Module) -> torch.device:
    return next(model.parameters()).device


class Rescaling(nn.Module):
    """Multiplies by a constant, bytes to floats, as Keras' layer does.

    Keras keeps the constant as a float32: see `float32_constants`.
    """

    def __init__(self, scale: float) -> None:
        super().__init__()
        self.scale = scale

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.scale
