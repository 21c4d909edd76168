"""EfficientNet-Lite0, the image backbone of several chapters, in PyTorch.

Twin: keras_impl/efficientnet_lite.py

Sixteen blocks of an inverted residual: widen by 1x1, look around channel by
channel, narrow by 1x1, and add what came in where the shape allows it. The
weights are those of ImageNet: shared_data/sources/backbone.py. Images are
(pixel - 127) / 128, at 224x224 in training; any multiple of 32 will do.
"""

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import nn

from shared_data.sources.backbone import load_backbone

# Blocks, kernel, stride of the first block, widening, channels.
STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
BLOCKS = tuple(f"block{number}" for number in range(16))
CHANNELS = 1280  # of the features


# === Model ==================================================================


class Conv2dSame(nn.Conv2d):
    """A convolution that pads as Keras does, see `same_padding`: for a stride
    of 2, less before than after."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        padding = []  # before and after, of the last axis first
        for size in (x.shape[3], x.shape[2]):
            reach = (size - 1) // self.stride[0] * self.stride[0]
            missing = max(reach + self.kernel_size[0] - size, 0)
            padding += [missing // 2, missing - missing // 2]
        return super().forward(F.pad(x, padding))


def batch_norm(channels: int) -> nn.BatchNorm2d:
    """Return a normalisation with Keras' settings; momentum is 1 - 0.99."""
    return nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01)


class Block(nn.Module):
    """Widens, filters each channel, narrows; adds its input if it can."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int, stride: int, widening: int
    ) -> None:
        super().__init__()
        self.widens = widening > 1
        self.is_residual = stride == 1 and inputs == outputs
        wide = inputs * widening
        if self.widens:
            self.expand = nn.Conv2d(inputs, wide, kernel_size=1, bias=False)
            self.expand_norm = batch_norm(wide)
        self.depthwise = Conv2dSame(
            wide, wide, kernel, stride, groups=wide, bias=False
        )
        self.depthwise_norm = batch_norm(wide)
        self.project = nn.Conv2d(wide, outputs, kernel_size=1, bias=False)
        self.project_norm = batch_norm(outputs)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        x = images
        if self.widens:
            x = self.expand_norm(self.expand(x))
            x = F.relu6(x)
        x = self.depthwise_norm(self.depthwise(x))
        x = F.relu6(x)
        x = self.project_norm(self.project(x))
        return x + images if self.is_residual else x


class Backbone(nn.Module):
    """The network up to its features, (1280, size/32, size/32)."""

    def __init__(self) -> None:
        super().__init__()
        self.stem_conv = Conv2dSame(3, 32, kernel_size=3, stride=2, bias=False)
        self.stem_norm = batch_norm(32)
        names, channels = iter(BLOCKS), 32
        for blocks, kernel, stride, widening, outputs in STAGES:
            for number in range(blocks):
                block = Block(
                    inputs=channels,
                    outputs=outputs,
                    kernel=kernel,
                    stride=stride if number == 0 else 1,
                    widening=widening,
                )
                self.add_module(next(names), block)
                channels = outputs
        self.head_conv = nn.Conv2d(320, CHANNELS, kernel_size=1, bias=False)
        self.head_norm = batch_norm(CHANNELS)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        x = self.stem_norm(self.stem_conv(images))
        x = F.relu6(x)  # (32, size/2, size/2)
        for name in BLOCKS:
            x = self.get_submodule(name)(x)
        # Now (320, size/32, size/32).
        x = self.head_norm(self.head_conv(x))
        return F.relu6(x)  # (1280, size/32, size/32)


class Classifier(nn.Module):
    """The whole network: logits of ImageNet's 1,000 classes."""

    def __init__(self) -> None:
        super().__init__()
        self.backbone = build_backbone()
        self.classifier = nn.Linear(CHANNELS, 1000)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        x = self.backbone(images)
        x = x.mean(dim=(2, 3))  # (1280,)
        return self.classifier(x)


def build_backbone() -> nn.Module:
    backbone = Backbone()
    load_weights(backbone)
    return backbone


def build_classifier() -> nn.Module:
    model = Classifier()
    load_weights(model.classifier, "classifier.")
    return model


# === Weights ================================================================


def load_weights(module: nn.Module, prefix: str = "") -> None:
    """Give every layer the weights of its name."""
    weights = load_backbone()
    module.load_state_dict(
        {
            # Only the counters of the normalisations are not in the file.
            name: torch.from_numpy(weights[prefix + name])
            if not name.endswith("num_batches_tracked")
            else tensor
            for name, tensor in module.state_dict().items()
        }
    )


# === On the way =============================================================


def activations_of(
    backbone: nn.Module, names: Sequence[str]
) -> Callable[[torch.Tensor], list[torch.Tensor]]:
    """Return a function from images to what the named layers give."""

    def activations(images: torch.Tensor) -> list[torch.Tensor]:
        kept = {}

        def keep(name: str) -> Callable[..., None]:
            return lambda layer, given, output: kept.update({name: output})

        handles = [
            backbone.get_submodule(name).register_forward_hook(keep(name))
            for name in names
        ]
        try:
            backbone(images)
        finally:
            for handle in handles:
                handle.remove()
        return [kept[name] for name in names]

    return activations
