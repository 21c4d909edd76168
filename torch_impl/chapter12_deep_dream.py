"""Pictures that excite a network more and more: DeepDream, in PyTorch.

Book: section 12.2.  Twin: keras_impl/chapter12_deep_dream.py
Run: python -m torch_impl.chapter12_deep_dream
Expect: four pictures, 3.2 to 3.6 times as excited, in seconds.
"""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from shared_data import Arrays, Data
from shared_data.chapter12_deep_dream import QUICK, Config, load_data
from shared_data.sources.pictures import to_pixels
from torch_impl.common import device_of
from torch_impl.efficientnet_lite import activations_of, build_backbone

# === Data ===================================================================


def to_inputs(images: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(images).movedim(3, 1)  # (3, 96, 96)


# === Model ==================================================================


class Dreamer(nn.Module):
    """A backbone, and how much it is to be excited."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        self.backbone = build_backbone()
        self.backbone.requires_grad_(False)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return how excited the layers are by each image, (1,)."""
        layers = activations_of(self.backbone, self.config.layers)
        excitement = 0.0
        for coefficient, activation in zip(
            self.config.coefficients, layers(images), strict=True
        ):
            inside = activation[:, :, 1:-1, 1:-1]  # the border is of padding
            excitement += coefficient * inside.square().mean(dim=(1, 2, 3))
        return excitement


def build_model(config: Config) -> nn.Module:
    return Dreamer(config)  # trained on ImageNet, and left as it is


# === Evaluation =============================================================


@torch.inference_mode()
def predict(model: nn.Module, images: np.ndarray) -> np.ndarray:
    """Return how excited the layers are by each image, (N,)."""
    model.eval()
    return model(to_inputs(images).to(device_of(model))).cpu().numpy()


def evaluate(model: nn.Module, arrays: Arrays) -> dict[str, float]:
    before = predict(model, arrays.inputs)
    after = predict(model, dream_of(model, arrays.inputs))
    return {"times as excited": float((after / before).mean())}


# === Generation =============================================================


def resize(images: torch.Tensor, size: int) -> torch.Tensor:
    """Resize between the pixels' centres, without smoothing."""
    # In the images' own precision, unlike Keras: see `resize_in_float32`.
    return F.interpolate(images, size=(size, size), mode="bilinear")


def ascend(
    model: nn.Module, images: torch.Tensor, config: Config
) -> torch.Tensor:
    """Change images step by step so that they excite the layers more."""
    for _ in range(config.steps):
        images.requires_grad_()
        excitement = model(images).sum()
        (gradients,) = torch.autograd.grad(excitement, images)
        size = gradients.square().mean(dim=(1, 2, 3), keepdim=True)
        images = images.detach() + config.rate * gradients / size.sqrt()
    return images


def dream_of(model: nn.Module, images: np.ndarray) -> np.ndarray:
    """Return what becomes of the images, (N, 96, 96, 3)."""
    model.eval()
    config = model.config
    original = to_inputs(images).to(device_of(model))
    shrunk = resize(original, config.sizes[0])
    dream = shrunk
    for size in config.sizes:
        # Give back the detail that the smaller octave could not hold.
        whole = resize(original, size)
        dream = resize(dream, size) + whole - resize(shrunk, size)
        dream = ascend(model, dream, config)
        shrunk = whole
    return dream.movedim(1, 3).cpu().numpy()


# === Exhibit ================================================================


def exhibit(
    model: nn.Module, data: Data, config: Config
) -> dict[str, np.ndarray]:
    """Show the pictures, and what became of them."""
    dreams = dream_of(model, data.test.inputs)
    return {
        "images/pictures": to_pixels(data.test.inputs),
        "images/dreams": to_pixels(dreams),
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
