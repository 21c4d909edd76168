"""What does each pixel belong to? Convolutions down and up again, in PyTorch.

Book: section 9.2.  Twin: keras_impl/chapter09_segmentation.py
Run: python -m torch_impl.chapter09_segmentation
Expect: mean IoU 0.71 to 0.75 on 400 unseen scenes; 0.24 if all ground. 20 s.
"""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from shared_data import Arrays, Data
from shared_data.chapter09_segmentation import (
    CLASSES,
    QUICK,
    Config,
    load_data,
)
from torch_impl.common import Rescaling, device_of, init_like_keras

# === Data ===================================================================


def to_inputs(images: np.ndarray) -> torch.Tensor:
    # (3, size, size): bytes; PyTorch wants channels first.
    return torch.from_numpy(images).permute(0, 3, 1, 2)


# === Model ==================================================================


class Conv(nn.Conv2d):
    """A 3x3 convolution that pads as Keras' "same" does: `same_padding`."""

    def __init__(self, inputs: int, channels: int, stride: int) -> None:
        super().__init__(inputs, channels, kernel_size=3, stride=stride)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        # With a stride of 2, padding=1 would be one pixel off.
        before = 0 if self.stride == (2, 2) else 1
        return super().forward(F.pad(x, (before, 1, before, 1)))


class ConvTransposed(nn.ConvTranspose2d):
    """A 3x3 transposed one that crops as Keras' "same": `same_padding`."""

    def __init__(self, inputs: int, channels: int, stride: int) -> None:
        super().__init__(inputs, channels, kernel_size=3, stride=stride)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        # With a stride of 2, padding=1, output_padding=1 would be one pixel
        # off, though of the right shape: `transposed_conv_crop`.
        before = 0 if self.stride == (2, 2) else 1
        return super().forward(x)[..., before:-1, before:-1]


class Segmenter(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.rescaling = Rescaling(1 / 255)
        self.down1 = Conv(3, width, stride=2)
        self.down2 = Conv(width, width, stride=1)
        self.down3 = Conv(width, 2 * width, stride=2)
        self.down4 = Conv(2 * width, 2 * width, stride=1)
        self.down5 = Conv(2 * width, 4 * width, stride=2)
        self.down6 = Conv(4 * width, 4 * width, stride=1)
        self.up1 = ConvTransposed(4 * width, 4 * width, stride=1)
        self.up2 = ConvTransposed(4 * width, 4 * width, stride=2)
        self.up3 = ConvTransposed(4 * width, 2 * width, stride=1)
        self.up4 = ConvTransposed(2 * width, 2 * width, stride=2)
        self.up5 = ConvTransposed(2 * width, width, stride=1)
        self.up6 = ConvTransposed(width, width, stride=2)
        self.classifier = nn.Conv2d(width, CLASSES, 3, padding="same")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.rescaling(x)
        x = F.relu(self.down1(x))  # half the size
        x = F.relu(self.down2(x))
        x = F.relu(self.down3(x))  # a quarter
        x = F.relu(self.down4(x))
        x = F.relu(self.down5(x))  # an eighth
        x = F.relu(self.down6(x))
        x = F.relu(self.up1(x))
        x = F.relu(self.up2(x))  # a quarter
        x = F.relu(self.up3(x))
        x = F.relu(self.up4(x))  # half
        x = F.relu(self.up5(x))
        x = F.relu(self.up6(x))  # all of it
        return self.classifier(x)


def build_model(config: Config) -> nn.Module:
    return Segmenter(config.width).apply(init_like_keras)


# === Training ===============================================================


def make_loss(config: Config) -> nn.Module:
    # Of logits, never of probabilities: `cross_entropy_from_probabilities`;
    # and with the classes in axis 1: `class_axis`.
    return nn.CrossEntropyLoss()


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
    masks: torch.Tensor,
) -> torch.Tensor:
    optimizer.zero_grad()
    loss = loss_fn(model(images), masks)
    loss.backward()
    optimizer.step()
    return loss.detach()


def train(
    model: nn.Module, arrays: Arrays, config: Config, shuffle: bool = True
) -> list[float]:
    """Train `model` in place; return the mean loss of each epoch."""
    device = device_of(model)
    images = to_inputs(arrays.inputs).to(device)
    masks = torch.from_numpy(arrays.targets).to(device)
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
                model, optimizer, loss_fn, images[batch], masks[batch]
            )
            # A short batch counts less, as in fit: `epoch_loss_weighting`.
            total += loss * len(batch)
        losses.append(total.item() / len(images))
        print(f"epoch {epoch}/{config.epochs}: loss {losses[-1]:.4f}")
    return losses


# === Evaluation =============================================================


@torch.inference_mode()
def predict(model: nn.Module, images: np.ndarray) -> np.ndarray:
    """Return the logits of each pixel, (N, size, size, 3)."""
    model.eval()
    batches = to_inputs(images).to(device_of(model)).split(64)
    logits = torch.cat([model(batch) for batch in batches])
    return logits.permute(0, 2, 3, 1).cpu().numpy()


def evaluate(model: nn.Module, arrays: Arrays) -> dict[str, float]:
    """Return the share of right pixels, and the mean IoU of the classes.

    Pixels are counted over the whole set; a mean over batches would depend
    on how the batches are cut.
    """
    classes = predict(model, arrays.inputs).argmax(axis=-1)
    pairs = CLASSES * arrays.targets.ravel() + classes.ravel()
    counts = np.bincount(pairs, minlength=CLASSES**2)
    counts = counts.reshape(CLASSES, CLASSES)  # true by predicted
    both = counts.diagonal()
    either = counts.sum(axis=0) + counts.sum(axis=1) - both
    return {
        "accuracy": float(both.sum() / counts.sum()),
        "mean IoU": float(np.mean(both / either)),
    }


# === Exhibit ================================================================


def exhibit(
    model: nn.Module, data: Data, config: Config
) -> dict[str, np.ndarray]:
    """Return scenes, their true masks and those that the model sees."""
    images, masks = data.test.inputs[:6], data.test.targets[:6]
    classes = predict(model, images).argmax(axis=-1)
    return {
        "images/scenes": images / 255,
        "images/true masks": masks / (CLASSES - 1),
        "images/predicted masks": classes / (CLASSES - 1),
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
