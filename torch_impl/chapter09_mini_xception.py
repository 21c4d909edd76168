"""Is a solar cell broken? A small Xception that learns it, in PyTorch.

Book: section 9.3.  Twin: keras_impl/chapter09_mini_xception.py
Run: python -m torch_impl.chapter09_mini_xception
Expect: ROC area 0.73 to 0.77 on 1,000 unseen cells, in about 15 s.
"""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from shared_data import Arrays, Data
from shared_data.chapter09_mini_xception import QUICK, Config, load_data
from shared_data.sources.solar_cells import rate
from torch_impl.common import Rescaling, device_of, init_like_keras

# === Data ===================================================================


def to_inputs(images: np.ndarray) -> torch.Tensor:
    # (channels, pixels, pixels): PyTorch wants channels first.
    return torch.from_numpy(images).permute(0, 3, 1, 2)


# === Model ==================================================================


class SeparableConv2d(nn.Module):
    """Looks around channel by channel, then mixes the channels."""

    def __init__(self, inputs: int, channels: int) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(
            inputs, inputs, 3, padding="same", groups=inputs, bias=False
        )
        self.pointwise = nn.Conv2d(inputs, channels, 1, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.pointwise(self.depthwise(x))


class Block(nn.Module):
    """Two separable convolutions at half the size, beside a short cut."""

    def __init__(self, inputs: int, channels: int) -> None:
        super().__init__()
        # Keras' eps, and momentum is 1 - 0.99: see `batch_norm_epsilon` and
        # `batch_norm_momentum`. But PyTorch stores another running variance:
        # see `batch_norm_variance`.
        self.norm1 = nn.BatchNorm2d(inputs, eps=1e-3, momentum=0.01)
        self.separable1 = SeparableConv2d(inputs, channels)
        self.norm2 = nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01)
        self.separable2 = SeparableConv2d(channels, channels)
        self.shortcut = nn.Conv2d(inputs, channels, 1, stride=2, bias=False)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        x = self.separable1(F.relu(self.norm1(images)))
        x = self.separable2(F.relu(self.norm2(x)))
        # An even size is padded after it, not on both sides: `max_pool_same`.
        top, left = (size % 2 for size in x.shape[2:])
        x = F.pad(x, (left, 1, top, 1), value=-torch.inf)
        return F.max_pool2d(x, 3, stride=2) + self.shortcut(images)


class Xception(nn.Module):
    def __init__(self, config: Config) -> None:
        super().__init__()
        width = config.width
        self.rescaling = Rescaling(1 / 255)
        # Separable convolutions take channels apart from places; in a picture
        # of few channels that say much the same, that would be a loss.
        self.conv1 = nn.Conv2d(config.channels, width, 5, bias=False)
        self.block1 = Block(width, width)
        self.block2 = Block(width, 2 * width)
        self.block3 = Block(2 * width, 4 * width)
        self.block4 = Block(4 * width, 8 * width)
        self.block5 = Block(8 * width, 16 * width)
        self.dropout = nn.Dropout(config.dropout)
        self.classifier = nn.Linear(16 * width, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        # Sizes beside the layers are those of 180 pixels and a width of 32.
        x = self.conv1(self.rescaling(x))  # (32, 176, 176)
        x = self.block1(x)  # (32, 88, 88)
        x = self.block2(x)  # (64, 44, 44)
        x = self.block3(x)  # (128, 22, 22)
        x = self.block4(x)  # (256, 11, 11)
        x = self.block5(x)  # (512, 6, 6)
        x = x.mean((2, 3))  # (512,)
        return self.classifier(self.dropout(x))  # (1,)


def build_model(config: Config) -> nn.Module:
    return Xception(config).apply(init_like_keras)


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
    """Return test cells: surely whole to the model, in doubt, surely broken.

    Beside them, how sure it is of the cells of either kind, in order.
    """
    logits = predict(model, data.test.inputs)[:, 0]
    broken = data.test.targets[:, 0] == 1
    order = np.argsort(logits, kind="stable")
    doubt = np.argsort(np.abs(logits), kind="stable")
    images = data.test.inputs / 255
    sure = 1 / (1 + np.exp(-logits))
    return {
        "images/surely whole": images[order[:4]],
        "images/in doubt": images[doubt[:4]],
        "images/surely broken": images[order[-4:]],
        "series/probability of a defect/whole cells": np.sort(sure[~broken]),
        "series/probability of a defect/broken cells": np.sort(sure[broken]),
    }


# === Main ===================================================================


def main(config: Config = QUICK) -> None:
    torch.manual_seed(config.seed)
    data = load_data(config)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = build_model(config).to(device)
    train(model, data.train, config)
    print(evaluate(model, data.test))


if __name__ == "__main__":
    main()
