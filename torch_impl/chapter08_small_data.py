"""Is a solar cell broken? A convnet on few photographs, in PyTorch.

Book: section 8.2.  Twin: keras_impl/chapter08_small_data.py
Run: python -m torch_impl.chapter08_small_data
Expect: ROC area 0.75 to 0.77 on 1,000 unseen cells; 8 s.
"""

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from shared_data import Arrays, Data
from shared_data.chapter08_small_data import (
    AUGMENTED,
    QUICK,
    Config,
    load_data,
)
from shared_data.sources.solar_cells import rate
from torch_impl.common import Rescaling, device_of, init_like_keras

# === Data ===================================================================


def to_inputs(images: np.ndarray) -> torch.Tensor:
    # (channels, pixels, pixels): PyTorch wants channels first.
    return torch.from_numpy(images).permute(0, 3, 1, 2)


# === Model ==================================================================

# Each picture has luck of its own, and in training only: Keras' layers, which
# torchvision does not have: see `augmentation_layers`.


class RandomFlip(nn.Module):
    """Mirrors every other picture left to right."""

    def __init__(self, probability: float = 0.5) -> None:
        super().__init__()
        self.probability = probability

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if not self.training:
            return x
        coins = torch.rand(len(x), 1, 1, 1, device=x.device)
        return torch.where(coins < self.probability, x.flip(-1), x)


class RandomWarp(nn.Module):
    """Moves pixels by a matrix; the rest mirrors the picture at its edge."""

    def __init__(self, lower: float, upper: float) -> None:
        super().__init__()
        self.lower, self.upper = lower, upper

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if not self.training:
            return x
        drawn = x.new_empty(len(x)).uniform_(self.lower, self.upper)
        # From places in the new picture to places in the old one, which both
        # reach from -1 to 1.
        grid = F.affine_grid(
            self.matrices(drawn), list(x.shape), align_corners=False
        )
        return F.grid_sample(
            x, grid, padding_mode="reflection", align_corners=False
        )

    def matrices(self, drawn: torch.Tensor) -> torch.Tensor:
        raise NotImplementedError


class RandomRotation(RandomWarp):
    def matrices(self, drawn: torch.Tensor) -> torch.Tensor:
        angles = 2 * math.pi * drawn
        cos, sin, zero = angles.cos(), angles.sin(), torch.zeros_like(drawn)
        rows = [cos, -sin, zero, sin, cos, zero]
        return torch.stack(rows, dim=1).view(-1, 2, 3)


class RandomZoom(RandomWarp):
    def matrices(self, drawn: torch.Tensor) -> torch.Tensor:
        zoom, zero = 1 + drawn, torch.zeros_like(drawn)
        rows = [zoom, zero, zero, zero, zoom, zero]
        return torch.stack(rows, dim=1).view(-1, 2, 3)


class Convnet(nn.Module):
    def __init__(self, config: Config) -> None:
        super().__init__()
        width = config.width
        changes: list[nn.Module] = []
        if config.augment and config.flip:
            changes.append(RandomFlip())
        if config.augment and any(config.rotation):
            changes.append(RandomRotation(*config.rotation))
        if config.augment and any(config.zoom):
            changes.append(RandomZoom(*config.zoom))
        self.augmentation = nn.Sequential(*changes)
        self.rescaling = Rescaling(1 / 255)
        self.conv1 = nn.Conv2d(config.channels, width, kernel_size=3)
        self.conv2 = nn.Conv2d(width, 2 * width, kernel_size=3)
        self.conv3 = nn.Conv2d(2 * width, 4 * width, kernel_size=3)
        self.conv4 = nn.Conv2d(4 * width, 8 * width, kernel_size=3)
        self.conv5 = nn.Conv2d(8 * width, 8 * width, kernel_size=3)
        self.dropout = nn.Dropout(config.dropout)
        side = config.pixels
        for _ in range(4):
            side = (side - 2) // 2  # a convolution and a pooling
        self.classifier = nn.Linear(8 * width * (side - 2) ** 2, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        # Sizes beside the layers are those of 180 pixels and a width of 32.
        # Keras takes bytes as they are: `integer_pictures`.
        x = x.to(self.conv1.weight.dtype)
        x = self.rescaling(self.augmentation(x))
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)  # (32, 89, 89)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)  # (64, 43, 43)
        x = F.max_pool2d(F.relu(self.conv3(x)), 2)  # (128, 20, 20)
        x = F.max_pool2d(F.relu(self.conv4(x)), 2)  # (256, 9, 9)
        x = F.relu(self.conv5(x))  # (256, 7, 7)
        # Rows, columns, channels, as Keras flattens: see `flatten_order`.
        x = x.permute(0, 2, 3, 1).flatten(1)  # (12544,)
        return self.classifier(self.dropout(x))  # (1,)


def build_model(config: Config) -> nn.Module:
    return Convnet(config).apply(init_like_keras)


# === Training ===============================================================


def make_loss(config: Config) -> nn.Module:
    return nn.BCEWithLogitsLoss()


def make_optimizer(config: Config, model: nn.Module) -> torch.optim.Optimizer:
    # Keras' values of alpha and eps, but eps sits outside the root here,
    # inside in Keras: see `rmsprop_epsilon`.
    return torch.optim.RMSprop(
        model.parameters(), config.learning_rate, alpha=0.9, eps=1e-7
    )


def train_step(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    loss_fn: nn.Module,
    images: torch.Tensor,
    labels: torch.Tensor,
) -> torch.Tensor:
    optimizer.zero_grad()
    loss = loss_fn(model(images), labels)
    loss.backward()
    optimizer.step()
    return loss.detach()


def train(
    model: nn.Module, arrays: Arrays, config: Config, shuffle: bool = True
) -> list[float]:
    """Train `model` in place; return the mean loss of each epoch."""
    device = device_of(model)
    images = to_inputs(arrays.inputs).to(device)
    labels = torch.from_numpy(arrays.targets).to(device)
    loss_fn = make_loss(config)
    optimizer = make_optimizer(config, model)
    losses = []
    model.train()
    for epoch in range(1, config.epochs + 1):
        # A new order every epoch, unlike a seeded Keras fit: `fit_shuffle`.
        order = torch.randperm if shuffle else torch.arange
        total = torch.zeros((), device=device)
        for batch in order(len(images), device=device).split(config.batch_size):
            loss = train_step(
                model, optimizer, loss_fn, images[batch], labels[batch]
            )
            # A short batch counts less, as in fit: `epoch_loss_weighting`.
            total += loss * len(batch)
        losses.append(total.item() / len(images))
        print(f"epoch {epoch}/{config.epochs}: loss {losses[-1]:.4f}")
    return losses


# === Evaluation =============================================================


@torch.inference_mode()
def predict(model: nn.Module, images: np.ndarray) -> np.ndarray:
    """Return the logits, (N, 1): above 0 means broken."""
    model.eval()
    batches = to_inputs(images).to(device_of(model)).split(128)
    return torch.cat([model(batch) for batch in batches]).cpu().numpy()


def evaluate(model: nn.Module, arrays: Arrays) -> dict[str, float]:
    """Return the ROC area, the balanced accuracy and the accuracy."""
    return rate(predict(model, arrays.inputs), arrays.targets)


# === Exhibit ================================================================


def exhibit(
    model: nn.Module, data: Data, config: Config
) -> dict[str, np.ndarray]:
    """Return four test pictures, mirrored, turned and zoomed by set amounts."""
    images = to_inputs(data.test.inputs[:4]).float() / 255
    shown = {
        "images/as they are": images,
        "images/mirrored": RandomFlip(probability=1.0)(images),
        "images/turned": RandomRotation(0.08, 0.08)(images),
        "images/zoomed in": RandomZoom(-0.2, -0.2)(images),
        "images/zoomed out": RandomZoom(0.2, 0.2)(images),
    }
    return {
        name: picture.permute(0, 2, 3, 1).numpy()
        for name, picture in shown.items()
    }


# === Main ===================================================================


def main(config: Config = QUICK, augmented: Config = AUGMENTED) -> None:
    data = load_data(config)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    for each in (config, augmented):
        torch.manual_seed(each.seed)
        model = build_model(each).to(device)
        train(model, data.train, each)
        print(evaluate(model, data.test))


if __name__ == "__main__":
    main()
