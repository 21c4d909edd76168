"""A pretrained ResNet predicts nonsense when moved: other preprocessing."""

import numpy as np

KERAS = """\
resnet.preprocess_input swaps RGB to BGR and takes off a mean, in 0..255; other
models' scale to -1..1 or do nothing: mode="caffe", "tf", "torch"
(keras/src/applications/imagenet_utils.py)."""

PYTORCH = """\
torchvision's models want RGB in 0..1, less a mean, divided by a deviation
(torchvision/transforms/_presets.py)."""

FIX = """\
The preprocessing belongs to the weights: take theirs along. x.flip(1) swaps
the channels; mode="torch" is torchvision's in Keras."""

GAP = 50.0
CLOSED = {"float32": 5e-5, "float64": 1e-13}


def inputs():
    random = np.random.default_rng(0)
    return {"pixels": random.integers(0, 256, (2, 4, 4, 3), dtype="uint8")}


def keras_default(pixels):
    import keras

    return keras.applications.resnet.preprocess_input(pixels)


def torch_default(pixels):
    import torch
    from torchvision.transforms import v2

    x = torch.from_numpy(pixels).permute(0, 3, 1, 2)
    x = v2.ToDtype(torch.get_default_dtype(), scale=True)(x)
    scale = v2.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
    return scale(x).permute(0, 2, 3, 1)


def torch_as_keras(pixels):
    import torch
    from torchvision.transforms import v2

    x = torch.from_numpy(pixels).permute(0, 3, 1, 2)
    x = x.to(torch.get_default_dtype()).flip(1)
    scale = v2.Normalize((103.939, 116.779, 123.68), (1, 1, 1))
    return scale(x).permute(0, 2, 3, 1)


def keras_as_torch(pixels):
    from keras.applications.imagenet_utils import preprocess_input

    return preprocess_input(pixels, mode="torch")
