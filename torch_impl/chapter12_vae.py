"""A variational autoencoder that puts digits on a plane, in PyTorch.

Book: section 12.4.  Twin: keras_impl/chapter12_vae.py
Run: python -m torch_impl.chapter12_vae
Expect: 170 to 179 nats a digit; 208 by always drawing the mean one; 20 s.
"""

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from shared_data import Arrays, Data
from shared_data.chapter12_vae import (
    LATENT,
    QUICK,
    Config,
    latent_grid,
    load_data,
    tiled,
)
from torch_impl.common import device_of, init_like_keras

# === Data ===================================================================


def to_inputs(inputs: dict[str, np.ndarray]) -> dict[str, torch.Tensor]:
    return {
        "images": torch.from_numpy(inputs["images"]).permute(0, 3, 1, 2),
        "noise": torch.from_numpy(inputs["noise"]),
    }  # (1, 28, 28), (2,)


# === Model ==================================================================


class ConvTransposed(nn.ConvTranspose2d):
    """Doubles the size, with the crop of Keras' "same": `same_padding`."""

    def __init__(self, inputs: int, channels: int) -> None:
        super().__init__(inputs, channels, kernel_size=3, stride=2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        # output_padding gives the shape, not the values:
        # see `transposed_conv_crop`.
        return super().forward(x)[..., :-1, :-1]


class Encoder(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, width, kernel_size=3, stride=2)
        self.conv2 = nn.Conv2d(width, 2 * width, kernel_size=3, stride=2)
        self.hidden = nn.Linear(7 * 7 * 2 * width, 16)
        self.mean = nn.Linear(16, LATENT)
        self.log_variance = nn.Linear(16, LATENT)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        # With a stride of 2, Keras' "same" pads after the picture, and not on
        # both sides of it: see `same_padding`.
        x = F.relu(self.conv1(F.pad(x, (0, 1, 0, 1))))  # (14, 14)
        x = F.relu(self.conv2(F.pad(x, (0, 1, 0, 1))))  # (7, 7)
        # Rows, columns, channels, as Keras flattens: see `flatten_order`.
        x = x.permute(0, 2, 3, 1).flatten(1)
        x = F.relu(self.hidden(x))  # (16,)
        return self.mean(x), self.log_variance(x)  # (2,), (2,)


class Decoder(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.shape = 7, 7, 2 * width
        self.grid = nn.Linear(LATENT, 7 * 7 * 2 * width)
        self.up1 = ConvTransposed(2 * width, 2 * width)
        self.up2 = ConvTransposed(2 * width, width)
        self.pixels = nn.Conv2d(width, 1, kernel_size=3, padding=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.relu(self.grid(x))
        x = x.unflatten(1, self.shape).permute(0, 3, 1, 2)
        x = F.relu(self.up1(x))  # (14, 14)
        x = F.relu(self.up2(x))  # (28, 28)
        return self.pixels(x)  # (1, 28, 28)


class Autoencoder(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.encoder = Encoder(width)
        self.decoder = Decoder(width)

    def forward(self, inputs: dict[str, torch.Tensor]) -> dict:
        mean, log_variance = self.encoder(inputs["images"])
        place = mean + torch.exp(0.5 * log_variance) * inputs["noise"]
        return {
            "logits": self.decoder(place),
            "mean": mean,
            "log_variance": log_variance,
        }


def build_model(config: Config) -> nn.Module:
    return Autoencoder(config.width).apply(init_like_keras)


# === Training ===============================================================


def reconstruction_loss(images, outputs):
    """Cross-entropy per image: the sum over its pixels, not their mean."""
    losses = F.binary_cross_entropy_with_logits(
        outputs["logits"], images, reduction="none"
    )
    return losses.sum(dim=(1, 2, 3)).mean()


def kl_loss(outputs):
    """How far each digit's cloud is from the standard normal one, in nats."""
    mean, log_variance = outputs["mean"], outputs["log_variance"]
    losses = mean.square() + log_variance.exp() - log_variance - 1
    return 0.5 * losses.sum(dim=1).mean()


def make_loss(config: Config):
    def negative_elbo(images, outputs):
        return reconstruction_loss(images, outputs) + kl_loss(outputs)

    return negative_elbo


def make_optimizer(config: Config, model: nn.Module) -> torch.optim.Optimizer:
    # Keras' value of eps, but eps is added after the bias correction here,
    # before it in Keras: see `adam_epsilon`.
    return torch.optim.Adam(model.parameters(), config.learning_rate, eps=1e-7)


def train_step(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    loss_fn: Callable,
    inputs: dict[str, torch.Tensor],
) -> torch.Tensor:
    optimizer.zero_grad()
    loss = loss_fn(inputs["images"], model(inputs))
    loss.backward()
    optimizer.step()
    return loss.detach()


def train(
    model: nn.Module, arrays: Arrays, config: Config, shuffle: bool = True
) -> list[float]:
    """Train `model` in place; return the mean loss of each epoch."""
    device = device_of(model)
    inputs = to_inputs(arrays.inputs)
    images, noise = inputs["images"].to(device), inputs["noise"].to(device)
    loss_fn = make_loss(config)
    optimizer = make_optimizer(config, model)
    losses = []
    model.train()
    for epoch in range(1, config.epochs + 1):
        # A new order every epoch, unlike a seeded Keras fit: `fit_shuffle`.
        order = torch.randperm if shuffle else torch.arange
        total = torch.zeros((), device=device)
        for batch in order(len(images), device=device).split(config.batch_size):
            chosen = {"images": images[batch], "noise": noise[batch]}
            loss = train_step(model, optimizer, loss_fn, chosen)
            # A short batch counts less, as in fit: `epoch_loss_weighting`.
            total += loss * len(batch)
        losses.append(total.item() / len(images))
        print(f"epoch {epoch}/{config.epochs}: loss {losses[-1]:.4f}")
    return losses


# === Evaluation =============================================================


@torch.inference_mode()
def outputs_of(
    model: nn.Module, inputs: dict[str, np.ndarray]
) -> dict[str, torch.Tensor]:
    """Return logits (N, 1, 28, 28), means and log variances (N, 2)."""
    model.eval()
    device = device_of(model)
    tensors = to_inputs(inputs)
    batches = zip(
        tensors["images"].split(512), tensors["noise"].split(512), strict=True
    )
    outputs = [
        model({"images": images.to(device), "noise": noise.to(device)})
        for images, noise in batches
    ]
    return {
        name: torch.cat([output[name] for output in outputs]).cpu()
        for name in outputs[0]
    }


def predict(model: nn.Module, inputs: dict[str, np.ndarray]) -> np.ndarray:
    """Return the logits of each pixel, (N, 28, 28, 1)."""
    return outputs_of(model, inputs)["logits"].permute(0, 2, 3, 1).numpy()


def evaluate(model: nn.Module, arrays: Arrays) -> dict[str, float]:
    """Return the loss and its two parts, in nats per image."""
    outputs = outputs_of(model, arrays.inputs)
    images = torch.from_numpy(arrays.targets).permute(0, 3, 1, 2)
    reconstruction = float(reconstruction_loss(images, outputs))
    kl = float(kl_loss(outputs))
    return {
        "loss": reconstruction + kl,
        "reconstruction": reconstruction,
        "kl": kl,
    }


# === Exhibit ================================================================


@torch.inference_mode()
def exhibit(
    model: nn.Module, data: Data, config: Config
) -> dict[str, np.ndarray]:
    """Return what the decoder draws on the plane, and where digits lie."""
    means = outputs_of(model, data.test.inputs)["mean"].numpy()
    weight = model.decoder.grid.weight
    places = torch.from_numpy(latent_grid()).to(weight.device, weight.dtype)
    logits = model.decoder(places).permute(0, 2, 3, 1).cpu().numpy()
    digits = data.more["test digits"][: len(means)]
    return {
        "images/latent grid": tiled(1 / (1 + np.exp(-logits))),
        "scatter/latent means": np.column_stack([means, digits]),
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
