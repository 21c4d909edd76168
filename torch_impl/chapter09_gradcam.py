"""Where a network sees a cat: activations, filters, Grad-CAM, in PyTorch.

Book: section 9.4.  Twin: keras_impl/chapter09_gradcam.py
Run: python -m torch_impl.chapter09_gradcam
Expect: 0.75 of the heat in the right quarter, 0.25 by chance, in about 10 s.
"""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from shared_data import Arrays, Data
from shared_data.chapter09_gradcam import (
    QUICK,
    Config,
    first_noise,
    load_data,
    share_in_quarters,
)
from shared_data.sources.pictures import (
    to_grey,
    to_pattern,
    to_pixels,
    under_heat,
)
from torch_impl.common import device_of
from torch_impl.efficientnet_lite import activations_of, build_classifier

# === Data ===================================================================


def to_inputs(images: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(images).movedim(3, 1)  # (3, 256, 256)


# === Model ==================================================================


def build_model(config: Config) -> nn.Module:
    return build_classifier()  # trained on ImageNet, and left as it is


# === Evaluation =============================================================


@torch.inference_mode()
def predict(model: nn.Module, images: np.ndarray) -> np.ndarray:
    """Return the logits of ImageNet's classes, (N, 1000)."""
    model.eval()
    batches = to_inputs(images).to(device_of(model)).split(8)
    return torch.cat([model(batch) for batch in batches]).cpu().numpy()


def heat_maps(
    model: nn.Module, images: np.ndarray, labels: np.ndarray
) -> np.ndarray:
    """Return Grad-CAM's heat of each image for its label, (N, 8, 8)."""
    model.eval()
    batches = to_inputs(images).to(device_of(model)).split(8)
    with torch.no_grad():
        features = torch.cat([model.backbone(batch) for batch in batches])
    features.requires_grad_()  # (1280, 8, 8)
    logits = model.classifier(features.mean(dim=(2, 3)))
    labels = torch.from_numpy(labels).to(logits.device)
    score = logits.gather(1, labels[:, None]).sum()
    (gradients,) = torch.autograd.grad(score, features)
    # How much a channel speaks for the label, times where it is active.
    weights = gradients.mean(dim=(2, 3), keepdim=True)  # (1280, 1, 1)
    heat = F.relu((weights * features).sum(dim=1))  # (8, 8)
    heat = heat / heat.amax(dim=(1, 2), keepdim=True)
    return heat.detach().cpu().numpy()


def evaluate(model: nn.Module, arrays: Arrays) -> dict[str, float]:
    heat = heat_maps(model, arrays.inputs, arrays.targets["labels"])
    shares = share_in_quarters(heat, arrays.targets["quarters"])
    return {"heat in the right quarter": float(shares.mean())}


# === Exhibit ================================================================


@torch.inference_mode()
def activations(
    model: nn.Module, image: np.ndarray, config: Config
) -> list[np.ndarray]:
    """Return the first channels of each layer, (filters, H, W)."""
    model.eval()
    layers = activations_of(model.backbone, config.layers)
    found = layers(to_inputs(image[np.newaxis]).to(device_of(model)))
    channels = [layer[0, : config.filters] for layer in found]
    return [c.cpu().numpy() for c in channels]


def patterns(model: nn.Module, layer: str, config: Config) -> np.ndarray:
    """Return what excites the first filters of a layer most, by ascent."""
    model.eval()
    activation = activations_of(model.backbone, [layer])
    images = to_inputs(first_noise(config)).to(next(model.parameters()))
    for _ in range(config.ascent_steps):
        images.requires_grad_()
        means = activation(images)[0].mean(dim=(2, 3))
        # Image i is to excite filter i.
        excitement = means.diagonal().sum()
        (gradients,) = torch.autograd.grad(excitement, images)
        size = gradients.square().mean(dim=(1, 2, 3), keepdim=True)
        images = images.detach() + config.ascent_rate * gradients / size.sqrt()
    return images.movedim(1, 3).cpu().numpy()


def exhibit(
    model: nn.Module, data: Data, config: Config
) -> dict[str, np.ndarray]:
    """Show what the network answers to, and where it found its answer."""
    images = np.concatenate([data.train.inputs, data.test.inputs[:2]])
    labels = np.concatenate(
        [data.train.targets["labels"], data.test.targets["labels"][:2]]
    )
    heat = heat_maps(model, images, labels)
    shown = {
        "images/pictures": to_pixels(images),
        "images/heat maps": under_heat(images, heat),
    }
    maps = activations(model, images[0], config)
    for layer, channels in zip(config.layers, maps, strict=True):
        shown[f"images/activations of {layer}"] = to_grey(channels)
    for layer in config.layers:
        pattern = to_pattern(patterns(model, layer, config))
        shown[f"images/filters of {layer}"] = pattern
    return shown


# === Main ===================================================================


def main(config: Config = QUICK) -> None:
    torch.manual_seed(config.seed)
    data = load_data(config)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = build_model(config).to(device)
    print(evaluate(model, data.test))


if __name__ == "__main__":
    main()
