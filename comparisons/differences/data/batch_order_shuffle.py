"""fit shuffles only the batches of a PyDataset, never rows among them."""

import numpy as np

KERAS = """\
With a PyDataset (once Sequence), shuffle=True, the default, shuffles the
batches' numbers, though fit's documentation says that it is ignored
(keras/src/trainers/data_adapters/py_dataset_adapter.py, PyDatasetAdapter)."""

PYTORCH = """\
A Dataset gives single rows, so that DataLoader(shuffle=True) mixes them anew
(torch/utils/data/sampler.py, RandomSampler)."""

FIX = """\
In the PyDataset draw an order at the start and in on_epoch_end, and index
through it. In PyTorch shuffle the batches of a split."""

# The share of batches that hold neighbours: all of them, or none.
GAP = 1.0
CLOSED = {"float32": 0.0, "float64": 0.0}


def inputs():
    return {"rows": np.arange(64)}


def keras_default(rows):
    import keras

    whole = []

    class Watched(keras.Sequential):
        def train_step(self, data):
            whole.append(np.ptp(data[0].numpy()) == 7)
            return {"loss": 0.0}

    class Batches(keras.utils.PyDataset):
        def __len__(self):
            return 8

        def __getitem__(self, index):
            batch = rows[8 * index : 8 * index + 8]
            return batch, batch

    model = Watched([keras.Input(())])
    model.compile(run_eagerly=True)
    model.fit(Batches(), verbose=0)
    return np.mean(whole)


def torch_default(rows):
    import torch
    from torch.utils.data import DataLoader

    loader = DataLoader(torch.from_numpy(rows), batch_size=8, shuffle=True)
    return np.mean([np.ptp(batch) == 7 for batch in loader])


def torch_as_keras(rows):
    import torch

    batches = torch.from_numpy(rows).split(8)
    shuffled = [batches[index] for index in torch.randperm(len(batches))]
    return np.mean([np.ptp(batch) == 7 for batch in shuffled])


def keras_as_torch(rows):
    import keras

    whole = []

    class Watched(keras.Sequential):
        def train_step(self, data):
            whole.append(np.ptp(data[0].numpy()) == 7)
            return {"loss": 0.0}

    class Batches(keras.utils.PyDataset):
        def __init__(self):
            super().__init__()
            self.random = np.random.default_rng(0)
            self.on_epoch_end()

        def __len__(self):
            return 8

        def __getitem__(self, index):
            batch = rows[self.order[8 * index : 8 * index + 8]]
            return batch, batch

        def on_epoch_end(self):
            self.order = self.random.permutation(len(rows))

    model = Watched([keras.Input(())])
    model.compile(run_eagerly=True)
    model.fit(Batches(), verbose=0)
    return np.mean(whole)
