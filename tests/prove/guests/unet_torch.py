"""A U-Net of two levels."""

import torch
import torch.nn.functional as F
from torch import nn


def block(inputs, filters):
    return nn.Sequential(
        nn.Conv2d(inputs, filters, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(filters, filters, 3, padding=1),
        nn.ReLU(),
    )


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder1 = block(1, 6)
        self.encoder2 = block(6, 12)
        self.upsample = nn.ConvTranspose2d(12, 6, 3, stride=2)
        self.decoder = block(12, 6)
        self.out = nn.Conv2d(6, 1, 1)

    def forward(self, images):
        skip = self.encoder1(images)
        x = self.encoder2(F.max_pool2d(skip, 2))
        x = self.upsample(x)[..., :16, :16]
        x = torch.cat([skip, x], dim=1)
        return self.out(self.decoder(x))


def build_model():
    model = UNet()
    for module in model.modules():
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
            nn.init.xavier_uniform_(module.weight)
            nn.init.zeros_(module.bias)
    return model


def make_loss():
    return nn.BCEWithLogitsLoss()


def make_optimizer(model):
    return torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7)
