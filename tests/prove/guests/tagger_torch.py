"""Tags each word of a sentence: embedding, a GRU in both directions."""

import torch
from torch import nn


class Loss(nn.CrossEntropyLoss):
    """Cross entropy over all words of all sentences."""

    def forward(self, scores, tags):
        return super().forward(scores.flatten(0, 1), tags.flatten())


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(50, 12)
        self.rnn = nn.GRU(12, 8, batch_first=True, bidirectional=True)
        self.out = nn.Linear(16, 6)

    def forward(self, words):
        outputs, _ = self.rnn(self.embed(words))
        return self.out(outputs)


def build_model():
    model = Tagger()
    nn.init.uniform_(model.embed.weight, -0.05, 0.05)
    nn.init.xavier_uniform_(model.out.weight)
    nn.init.zeros_(model.out.bias)
    for name, weight in model.rnn.named_parameters():
        if name.startswith("weight_ih"):
            nn.init.xavier_uniform_(weight)
        elif name.startswith("weight_hh"):
            nn.init.orthogonal_(weight)
        else:
            nn.init.zeros_(weight)
    return model


def make_loss():
    return Loss()


def make_optimizer(model):
    return torch.optim.SGD(model.parameters(), lr=0.1)
