"""The image backbone: its weights, and both halves against an oracle.

The oracle is `efficientnet_lite_pytorch`, an independent implementation that
reads the same file. Each framework runs in a process of its own.
"""

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from shared_data import DataError
from shared_data.files import package_file
from shared_data.sources import backbone
from shared_data.sources.backbone import (
    EGYPTIAN_CAT,
    ESPRESSO,
    load_backbone,
    read_tensors,
)
from shared_data.sources.pictures import (
    SHA256,
    load_picture,
    square,
    to_backbone,
    to_pixels,
)

ROOT = Path(__file__).parents[2]
WEIGHTS = package_file(
    backbone.PACKAGE, backbone.VERSION, backbone.PATH, backbone.SHA256
)

# Each reads images.npy and writes what it is asked for, by name.
KERAS = """
import keras, numpy as np
keras.config.set_floatx("float64")
from keras_impl.efficientnet_lite import BLOCKS, build_classifier
model = build_classifier(224)
backbone = model.get_layer("backbone")
outputs = [backbone.get_layer(name).output for name in BLOCKS]
way = keras.Model(backbone.inputs, [*outputs, *backbone.outputs])
images = np.load("images.npy", allow_pickle=False)
found = dict(zip((*BLOCKS, "features"), way(images, training=False)))
found["logits"] = model(images, training=False)
np.savez("keras.npz", **{name: np.array(a) for name, a in found.items()})
"""
TORCH = """
import numpy as np, torch
torch.set_default_dtype(torch.float64)
from torch_impl.efficientnet_lite import BLOCKS, build_classifier
model = build_classifier().eval()
found = {}
def keep(name):
    return lambda module, given, output: found.update({name: output})
for name in BLOCKS:
    model.backbone.get_submodule(name).register_forward_hook(keep(name))
model.backbone.register_forward_hook(keep("features"))
images = np.load("images.npy", allow_pickle=False)
with torch.inference_mode():
    logits = model(torch.from_numpy(images).movedim(3, 1))
found = {name: a.movedim(1, 3).numpy() for name, a in found.items()}
np.savez("torch.npz", logits=logits.numpy(), **found)
"""
ORACLE = """
import sys, numpy as np, torch
torch.set_default_dtype(torch.float64)
from efficientnet_lite_pytorch import EfficientNet
model = EfficientNet.from_name("efficientnet-lite0").eval()
model.load_state_dict(torch.load(sys.argv[1], weights_only=True))
images = np.load("images.npy", allow_pickle=False)
with torch.inference_mode():
    logits = model(torch.from_numpy(images).movedim(3, 1))
np.savez("oracle.npz", logits=logits.numpy())
"""
# The one place where PyTorch reads the file: with its restricted reader.
TENSORS = """
import sys, numpy as np, torch
state = torch.load(sys.argv[1], weights_only=True)
np.savez("tensors.npz", **{name: a.numpy() for name, a in state.items()})
"""


def run(script: str, folder: Path) -> None:
    """Run a script in a process of its own, with the house on its path."""
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{script}"
    subprocess.run(
        [sys.executable, "-c", code, str(WEIGHTS)],
        cwd=folder,
        check=True,
        timeout=600,
    )


def read(path: Path) -> dict[str, np.ndarray]:
    with np.load(path, allow_pickle=False) as arrays:
        return dict(arrays)


@pytest.fixture(scope="module")
def outputs(
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, dict[str, np.ndarray]]:
    """Return what both halves and the oracle say of the pictures."""
    folder = tmp_path_factory.mktemp("backbone")
    pictures = [square(load_picture(name), 224) for name in SHA256]
    images = to_backbone(np.stack(pictures)).astype(np.float64)
    np.save(folder / "images.npy", images)
    found = {}
    for name, script in (
        ("keras", KERAS),
        ("torch", TORCH),
        ("oracle", ORACLE),
    ):
        run(script, folder)
        found[name] = read(folder / f"{name}.npz")
    return found


def difference(a: np.ndarray, b: np.ndarray) -> float:
    assert a.shape == b.shape
    return float(np.linalg.norm(a - b) / np.linalg.norm(a))


# === The halves =============================================================


@pytest.mark.parity
def test_both_halves_give_the_same_on_the_way(outputs):
    keras, torch = outputs["keras"], outputs["torch"]
    assert keras.keys() == torch.keys()
    assert len(keras) == 16 + 2
    for name in keras:
        assert difference(keras[name], torch[name]) < 1e-10, name


@pytest.mark.parity
@pytest.mark.parametrize("half", ("keras", "torch"))
def test_halves_agree_with_the_oracle(outputs, half: str):
    oracle = outputs["oracle"]["logits"]
    assert difference(oracle, outputs[half]["logits"]) < 1e-10


@pytest.mark.parity
@pytest.mark.parametrize("half", ("keras", "torch"))
def test_the_cat_is_a_cat_and_the_espresso_an_espresso(outputs, half: str):
    logits = dict(zip(SHA256, outputs[half]["logits"], strict=True))
    assert logits["chelsea.png"].argmax() == EGYPTIAN_CAT
    assert logits["coffee.png"].argmax() == ESPRESSO


# === The weights ============================================================


def test_weights_are_those_that_pytorch_reads(tmp_path: Path):
    run(TENSORS, tmp_path)
    expected = read(tmp_path / "tensors.npz")
    with open(WEIGHTS, "rb") as stream:
        received = read_tensors(stream)
    assert list(received) == list(expected)
    for name, array in expected.items():
        assert received[name].dtype == array.dtype, name
        assert np.array_equal(received[name], array), name


def test_weights_have_our_names():
    weights = load_backbone()
    assert len(weights) == 247
    assert weights["stem_conv.weight"].shape == (32, 3, 3, 3)
    assert weights["block3.depthwise.weight"].shape == (144, 1, 5, 5)
    assert weights["block15.project_norm.running_var"].shape == (320,)
    assert weights["head_norm.bias"].shape == (1280,)
    assert weights["classifier.weight"].shape == (1000, 1280)
    assert not [name for name in weights if name.startswith("_")]
    assert {a.dtype for a in weights.values()} == {np.dtype("float32")}
    # As many as the paper gives: 4.65 million, and the running statistics.
    trained = [n for n in weights if "running" not in n]
    assert sum(weights[name].size for name in trained) == 4_652_008


# Pickles by hand: what the reader must refuse without running it.
MAGIC = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
EVIL = {
    "a call of os.system": b"\x80\x02cos\nsystem\nX\x02\x00\x00\x00ls\x85R.",
    "another tensor function": b"\x80\x02ctorch\nload\n)R.",
    "a call of what is no function": b"\x80\x02X\x01\x00\x00\x00x)R.",
    "an instance of a class": b"\x80\x02ccollections\nOrderedDict\n)\x81.",
    "an unknown step": b"\x80\x02\xff.",
    "an empty stack": b"\x80\x02\x85.",
}


@pytest.mark.parametrize("pickled", EVIL.values(), ids=EVIL.keys())
def test_other_pickles_are_refused(pickled: bytes):
    content = MAGIC + b"\x80\x02K\x01." * 2 + pickled
    with pytest.raises(DataError, match="weights that cannot be read"):
        read_tensors(io.BytesIO(content))


def test_a_broken_file_is_refused():
    content = WEIGHTS.read_bytes()
    for broken in (b"", content[:100], content[:60_000], b"PK" + content):
        with pytest.raises(DataError, match="weights that cannot be read"):
            read_tensors(io.BytesIO(broken))


# === The pictures ===========================================================


def test_pictures_are_squares_of_the_middle():
    pixels = load_picture("chelsea.png")
    assert pixels.shape == (300, 451, 3)
    assert pixels.dtype == np.uint8
    assert np.array_equal(square(pixels, 300), pixels[:, 75:375])
    small = square(pixels, 96)
    assert small.shape == (96, 96, 3)
    assert small.dtype == np.uint8


def test_pixels_become_what_the_backbone_knows_and_back():
    pixels = square(load_picture("coffee.png"), 64)
    images = to_backbone(pixels)
    assert images.dtype == np.float32
    assert images.min() >= -127 / 128 and images.max() <= 1
    assert np.allclose(to_pixels(images), pixels / 255, atol=1e-6)
    assert to_pixels(np.array([-9.0, 9.0])).tolist() == [0.0, 1.0]
