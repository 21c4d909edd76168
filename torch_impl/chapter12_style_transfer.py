"""One picture in the style of another: neural style transfer, in PyTorch.

Book: section 12.3.  Twin: keras_impl/chapter12_style_transfer.py
Run: python -m torch_impl.chapter12_style_transfer
Expect: two pictures, 0.17 to 0.19 of their first loss, in seconds.
"""

import numpy as np
import torch
from torch import nn

from shared_data import Arrays, Data
from shared_data.chapter12_style_transfer import (
    QUICK,
    Config,
    load_data,
    style_picture,
)
from shared_data.sources.pictures import to_pixels
from torch_impl.efficientnet_lite import activations_of, build_backbone

# === Data ===================================================================


def to_inputs(images: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(images).movedim(3, 1)  # (3, 96, 96)


# === Model ==================================================================


class Painter(nn.Module):
    """A backbone, and how it tells style and content apart."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        self.backbone = build_backbone()
        self.backbone.requires_grad_(False)

    def forward(
        self, images: torch.Tensor
    ) -> tuple[list[torch.Tensor], torch.Tensor]:
        """Return the styles, a Gram matrix a layer, and the content."""
        names = (*self.config.style_layers, self.config.content_layer)
        *styles, content = activations_of(self.backbone, names)(images)
        return [gram(activation) for activation in styles], content


def gram(activation: torch.Tensor) -> torch.Tensor:
    """Return how often channels are active in the same places, (C, C)."""
    flat = activation.flatten(2)
    return flat @ flat.mT / flat.shape[2]


def build_model(config: Config) -> nn.Module:
    return Painter(config)  # trained on ImageNet, and left as it is


# === Evaluation =============================================================


def predict(model: nn.Module, images: np.ndarray) -> np.ndarray:
    """Return the loss of each image as it is, (N,)."""
    return loss_of(model, images, images)


@torch.inference_mode()
def loss_of(
    model: nn.Module, painted: np.ndarray, images: np.ndarray
) -> np.ndarray:
    """Return the loss of each picture that was painted of an image, (N,)."""
    model.eval()
    weights = next(model.parameters())
    wanted = targets_of(model, to_inputs(images).to(weights))
    found = losses(model, to_inputs(painted).to(weights), wanted)
    return found.cpu().numpy()


def evaluate(model: nn.Module, arrays: Arrays) -> dict[str, float]:
    painted = paint(model, arrays.inputs)
    after = loss_of(model, painted, arrays.inputs)
    share = after / predict(model, arrays.inputs)
    return {"share of the loss": float(share.mean())}


# === Generation =============================================================


def losses(model: nn.Module, images, wanted) -> torch.Tensor:
    """Return each picture's loss, (1,): style, content, variation."""
    config = model.config
    styles, content = model(images)
    wanted_styles, wanted_content = wanted
    style = 0.0
    for found, right in zip(styles, wanted_styles, strict=True):
        style += (found - right).square().mean(dim=(1, 2)) / len(styles)
    content = (content - wanted_content).square().mean(dim=(1, 2, 3))
    down = (images[:, :, :-1, :-1] - images[:, :, 1:, :-1]).square()
    right = (images[:, :, :-1, :-1] - images[:, :, :-1, 1:]).square()
    variation = (down + right).pow(1.25).mean(dim=(1, 2, 3))
    return (
        config.style * style
        + config.content * content
        + config.variation * variation
    )


@torch.no_grad()
def targets_of(model: nn.Module, images: torch.Tensor):
    """Return the styles of the one picture, the contents of the others."""
    style = to_inputs(style_picture(model.config)[np.newaxis])
    styles, _ = model(style.to(images))
    _, contents = model(images)
    return styles, contents


def paint(model: nn.Module, images: np.ndarray) -> np.ndarray:
    """Return the images in the other style, (N, 96, 96, 3)."""
    model.eval()
    config = model.config
    painted = to_inputs(images).to(next(model.parameters()))
    wanted = targets_of(model, painted)
    for step in range(config.steps):
        painted.requires_grad_()
        loss = losses(model, painted, wanted).sum()
        (gradients,) = torch.autograd.grad(loss, painted)
        rate = config.rate * config.decay ** (step / config.decay_steps)
        painted = painted.detach() - rate * gradients
    return painted.movedim(1, 3).cpu().numpy()


# === Exhibit ================================================================


def exhibit(
    model: nn.Module, data: Data, config: Config
) -> dict[str, np.ndarray]:
    """Show contents, their style, and what became of them."""
    return {
        "images/contents": to_pixels(data.test.inputs),
        "images/style": to_pixels(data.test.targets[:1]),
        "images/painted": to_pixels(paint(model, data.test.inputs)),
    }


# === Main ===================================================================


def main(config: Config = QUICK) -> None:
    torch.manual_seed(config.seed)
    data = load_data(config)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = build_model(config).to(device)
    print(evaluate(model, data.test))


if __name__ == "__main__":
    main()
