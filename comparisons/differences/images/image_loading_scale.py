"""A picture loads as 0..255 in Keras and as 0..1 in PyTorch."""

import numpy as np

KERAS = """\
img_to_array, load_img and image_dataset_from_directory keep 0..255, as floats,
channels last (keras/src/utils/image_utils.py); the model often holds a
Rescaling."""

PYTORCH = """\
ToTensor, or ToImage and ToDtype(scale=True), make 0..1, channels first
(torchvision/transforms/v2/_type_conversion.py)."""

FIX = """\
Divide by 255 exactly once; PILToTensor does not divide. Keras' pretrained
models scale inside or by their own preprocess_input: see each."""

GAP = 100.0
CLOSED = {"float32": 1e-6, "float64": 1e-14}


def inputs():
    random = np.random.default_rng(0)
    return {"pixels": random.integers(0, 256, (5, 6, 3), dtype="uint8")}


def keras_default(pixels):
    import keras
    from PIL import Image

    return keras.utils.img_to_array(Image.fromarray(pixels))


def torch_default(pixels):
    import torch
    from PIL import Image
    from torchvision.transforms import v2

    to_float = v2.ToDtype(torch.get_default_dtype(), scale=True)
    load = v2.Compose([v2.ToImage(), to_float])
    return load(Image.fromarray(pixels)).permute(1, 2, 0)


def torch_as_keras(pixels):
    import torch
    from PIL import Image
    from torchvision.transforms import v2

    picture = v2.PILToTensor()(Image.fromarray(pixels))
    return picture.to(torch.get_default_dtype()).permute(1, 2, 0)


def keras_as_torch(pixels):
    import keras
    from PIL import Image

    return keras.utils.img_to_array(Image.fromarray(pixels)) / 255
