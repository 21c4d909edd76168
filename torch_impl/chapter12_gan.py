"""Two networks, one that draws digits and one that finds it out, in PyTorch.

Book: section 12.5.  Twin: keras_impl/chapter12_gan.py
Run: python -m torch_impl.chapter12_gan
Expect: a distance of 4 to 6.6, the mean digit has 9.7; in about 15 s.
"""

import functools

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from shared_data import Arrays, Data
from shared_data.chapter12_gan import (
    QUICK,
    SHRINK,
    Config,
    judged,
    load_data,
)
from torch_impl.common import device_of, init_like_keras

# === Data ===================================================================


def to_inputs(inputs: dict[str, np.ndarray]) -> dict[str, torch.Tensor]:
    return {
        "images": torch.from_numpy(inputs["images"]).permute(0, 3, 1, 2),
        "latent": torch.from_numpy(inputs["latent"]),
        "label noise": torch.from_numpy(inputs["label noise"]),
    }  # (1, size, size), (2, 128), (2,)


# === Model ==================================================================


class Discriminator(nn.Module):
    def __init__(self, config: Config) -> None:
        super().__init__()
        width, size = config.discriminator_width, config.size // SHRINK
        # With an even size, a kernel of 4 and a stride of 2, padding=1 is
        # what Keras' "same" does; 4 // 2 is not: `even_kernel_same`.
        self.conv1 = nn.Conv2d(1, width, 4, stride=2, padding=1)
        self.conv2 = nn.Conv2d(width, 2 * width, 4, stride=2, padding=1)
        self.conv3 = nn.Conv2d(2 * width, 2 * width, 4, stride=2, padding=1)
        self.dropout = nn.Dropout(config.dropout)
        self.classifier = nn.Linear(size * size * 2 * width, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        # PyTorch's own slope is 0.01: `leaky_relu_slope`.
        x = F.leaky_relu(self.conv1(x), 0.2)  # half the size
        x = F.leaky_relu(self.conv2(x), 0.2)  # a quarter
        x = F.leaky_relu(self.conv3(x), 0.2)  # an eighth
        # Rows, columns, channels, as Keras flattens: see `flatten_order`.
        x = self.dropout(x.permute(0, 2, 3, 1).flatten(1))
        return self.classifier(x)  # (1,), above 0: generated


class Generator(nn.Module):
    def __init__(self, config: Config) -> None:
        super().__init__()
        width, size = config.generator_width, config.size // SHRINK
        self.shape = size, size, 2 * width
        self.hidden = nn.Linear(config.latent, size * size * 2 * width)
        self.up1 = nn.ConvTranspose2d(
            2 * width, 2 * width, 4, stride=2, padding=1
        )
        self.up2 = nn.ConvTranspose2d(
            2 * width, 4 * width, 4, stride=2, padding=1
        )
        self.up3 = nn.ConvTranspose2d(
            4 * width, 8 * width, 4, stride=2, padding=1
        )
        self.pixels = nn.Conv2d(8 * width, 1, kernel_size=5, padding=2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.hidden(x).unflatten(1, self.shape)
        x = x.permute(0, 3, 1, 2)  # an eighth of the size
        x = F.leaky_relu(self.up1(x), 0.2)  # a quarter
        x = F.leaky_relu(self.up2(x), 0.2)  # half
        x = F.leaky_relu(self.up3(x), 0.2)  # all of it
        return torch.sigmoid(self.pixels(x))  # (1, size, size)


class GAN(nn.Module):
    def __init__(self, config: Config) -> None:
        super().__init__()
        self.discriminator = Discriminator(config)
        self.generator = Generator(config)

    def forward(self, latent: torch.Tensor) -> torch.Tensor:
        return self.generator(latent)


def build_model(config: Config) -> nn.Module:
    return GAN(config).apply(init_like_keras)


# === Training ===============================================================


def make_loss(config: Config) -> nn.Module:
    return nn.BCEWithLogitsLoss()


def make_optimizer(
    config: Config, model: nn.Module
) -> dict[str, torch.optim.Optimizer]:
    # Keras' value of eps, but eps is added after the bias correction here,
    # before it in Keras: see `adam_epsilon`.
    adam = functools.partial(
        torch.optim.Adam,
        lr=config.learning_rate,
        betas=(config.beta_1, 0.999),
        eps=1e-7,
    )
    return {
        "discriminator": adam(model.discriminator.parameters()),
        "generator": adam(model.generator.parameters()),
    }


def train_step(
    model: nn.Module,
    optimizers: dict[str, torch.optim.Optimizer],
    loss_fn: nn.Module,
    images: torch.Tensor,
    latent: torch.Tensor,
    noise: torch.Tensor,
) -> dict[str, torch.Tensor]:
    # Generated images are labelled 1, real ones 0.
    with torch.no_grad():
        generated = model.generator(latent[:, 0])
    both = torch.cat([generated, images])
    ones = torch.ones_like(noise[:, :1])
    labels = torch.cat([ones + noise[:, :1], noise[:, 1:]])
    optimizers["discriminator"].zero_grad()
    discriminator_loss = loss_fn(model.discriminator(both), labels)
    discriminator_loss.backward()
    optimizers["discriminator"].step()

    # The generator learns to be called real; the discriminator, though
    # asked, does not move.
    optimizers["generator"].zero_grad()
    logits = model.discriminator(model.generator(latent[:, 1]))
    generator_loss = loss_fn(logits, torch.zeros_like(ones))
    generator_loss.backward()
    optimizers["generator"].step()
    return {
        "discriminator": discriminator_loss.detach(),
        "generator": generator_loss.detach(),
    }


def train(
    model: nn.Module, arrays: Arrays, config: Config, shuffle: bool = True
) -> list[float]:
    """Train `model` in place; return the mean of both losses by epoch."""
    device = device_of(model)
    inputs = {k: v.to(device) for k, v in to_inputs(arrays.inputs).items()}
    images, latent = inputs["images"], inputs["latent"]
    noise = inputs["label noise"]
    loss_fn = make_loss(config)
    optimizers = make_optimizer(config, model)
    losses = []
    model.train()
    for epoch in range(1, config.epochs + 1):
        # A new order every epoch, unlike a seeded Keras fit: `fit_shuffle`.
        order = torch.randperm if shuffle else torch.arange
        total = torch.zeros((), device=device)
        for batch in order(len(images), device=device).split(config.batch_size):
            parts = train_step(
                model,
                optimizers,
                loss_fn,
                images[batch],
                latent[batch],
                noise[batch],
            )
            # A short batch counts less, as in fit: `epoch_loss_weighting`.
            total += sum(parts.values()) * len(batch)
        losses.append(total.item() / len(images))
        print(f"epoch {epoch}/{config.epochs}: loss {losses[-1]:.4f}")
    return losses


# === Evaluation =============================================================


@torch.inference_mode()
def predict(model: nn.Module, inputs: dict[str, np.ndarray]) -> np.ndarray:
    """Return an image for each latent place, (N, size, size, 1) in [0, 1]."""
    model.eval()
    latent = to_inputs(inputs)["latent"][:, 1].to(device_of(model))
    images = torch.cat([model(batch) for batch in latent.split(64)])
    return images.permute(0, 2, 3, 1).cpu().numpy()


def evaluate(model: nn.Module, arrays: Arrays) -> dict[str, float]:
    """Return how far generated digits are from real ones, and how diverse."""
    images = predict(model, arrays.inputs)
    return judged(images, arrays.inputs["images"], arrays.targets)


# === Exhibit ================================================================


def exhibit(
    model: nn.Module, data: Data, config: Config
) -> dict[str, np.ndarray]:
    """Return real digits and generated ones."""
    inputs = {name: array[:16] for name, array in data.test.inputs.items()}
    return {
        "images/real": inputs["images"][..., 0],
        "images/generated": predict(model, inputs)[..., 0],
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
