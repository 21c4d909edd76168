"""The ladder for foreign files: four models, each right and with a mistake."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from comparisons import differences as atlas
from comparisons.checkout import ROOT
from comparisons.common import RequestError
from comparisons.prove import command, symptoms
from comparisons.prove.command import ProveRequest
from comparisons.prove.given import as_map, read_arrays, read_map
from comparisons.prove.guests import called
from comparisons.prove.pairing import pairs_of, renamed
from comparisons.prove.prove import FileProof, described, paired, prove
from comparisons.sides.process import Settings
from comparisons.weights import Layer
from shared_data import Arrays

GUESTS = Path(__file__).parent / "guests"

# === Names ==================================================================

SHAPES = {
    "stem.weight": (4, 3, 3, 3),
    "stem.bias": (4,),
    "head.weight": (2, 4),
    "head.bias": (2,),
}
CLASSES = {"stem": "Conv2d", "head": "Linear"}
CONV = Layer("conv2d", "Conv2D", {"kernel": (3, 3, 3, 4), "bias": (4,)})
DENSE = Layer("head", "Dense", {"kernel": (4, 2), "bias": (2,)})


def test_layers_are_paired_by_name_and_by_what_fits():
    pairs = pairs_of([CONV, DENSE], SHAPES, CLASSES, {})
    assert [(p.torch, p.how) for p in pairs] == [
        ("stem", "shape"),
        ("head", "name"),
    ]


def test_of_several_that_fit_the_first_is_taken_and_told():
    shapes = {
        f"block.{n}.{name}": shape
        for n in (0, 1)
        for name, shape in (("weight", (4, 4)), ("bias", (4,)))
    }
    layers = [
        Layer(name, "Dense", {"kernel": (4, 4), "bias": (4,)}) for name in "ab"
    ]
    pairs = pairs_of(layers, shapes, {}, {})
    assert [(p.torch, p.how) for p in pairs] == [
        ("block.0", "order"),
        ("block.1", "shape"),
    ]
    pairs = pairs_of(layers, shapes, {}, {"a": "block.1"})
    assert [(p.torch, p.how) for p in pairs] == [
        ("block.1", "map"),
        ("block.0", "shape"),
    ]


def test_a_module_of_another_kind_is_not_taken():
    square = {
        "a.weight": (4,),
        "a.bias": (4,),
        "b.weight": (4,),
        "b.bias": (4,),
    }
    norm = Layer("norm", "LayerNormalization", {"gamma": (4,), "beta": (4,)})
    classes = {"a": "GroupNorm", "b": "LayerNorm"}
    other = Layer("group", "GroupNormalization", norm.shapes)
    pairs = pairs_of([norm, other], square, classes, {})
    assert [p.torch for p in pairs] == ["b", "a"]


@pytest.mark.parametrize(
    "layers, given, said",
    [
        ([DENSE], {}, "stem.weight .* for which no Keras layer remains"),
        ([CONV, DENSE], {"conv": "stem"}, "'conv' in the map; .* conv2d, head"),
        ([CONV, DENSE], {"conv2d": "st"}, "'st' in the map; .* stem, head"),
        (
            [Layer("c", "Conv2D", {"kernel": (3, 3, 3, 4)}), DENSE],
            {},
            "layer c .*fits no remaining PyTorch module",
        ),
    ],
)
def test_what_has_no_partner_is_one_clear_line(layers, given, said):
    with pytest.raises(RequestError, match=said) as error:
        pairs_of(layers, SHAPES, CLASSES, given)
    assert "\n" not in str(error.value)


def test_names_go_there_and_back():
    names = {"conv2d": "block.0.conv", "lstm": "rnn"}
    there = {"conv2d.weight": 1, "lstm:last": 2, "lstm": 3, "other.bias": 4}
    moved = renamed(there, names)
    assert set(moved) == {"block.0.conv.weight", "rnn:last", "rnn",
                          "other.bias"}  # fmt: skip
    back = renamed(moved, {v: k for k, v in names.items()})
    assert back == there


def test_a_map_is_read_as_it_was_written(tmp_path):
    pairs = pairs_of([CONV, DENSE], SHAPES, CLASSES, {})
    path = tmp_path / "names.toml"
    path.write_text(as_map(pairs))
    assert read_map(path) == {"conv2d": "stem", "head": "head"}
    path.write_text("conv2d = 'stem'")
    with pytest.raises(RequestError, match=r"expected TOML with \[names\]"):
        read_map(path)


# === What a person gives ====================================================


@pytest.mark.parametrize("broken", ("missing", "text", "objects", "single"))
def test_a_batch_that_cannot_be_used_is_one_clear_line(tmp_path, broken):
    path = tmp_path / "batch.npz"
    if broken == "text":
        path.write_text("no zip")
    elif broken == "objects":
        np.savez(path, x=np.array([{}], dtype=object))
    elif broken == "single":
        np.savez(path, x=np.zeros((1, 3)))
    with pytest.raises(RequestError, match="received") as error:
        read_arrays(path, None)
    assert "\n" not in str(error.value)


def test_targets_of_another_length_are_told(tmp_path):
    np.savez(tmp_path / "x.npz", np.zeros((4, 2)))
    np.savez(tmp_path / "y.npz", np.zeros(3))
    with pytest.raises(RequestError, match="4 inputs and 3 targets"):
        read_arrays(tmp_path / "x.npz", tmp_path / "y.npz")


def test_functions_get_what_they_ask_for():
    offered = {"config": 1, "model": 2}
    assert called(lambda: 0, **offered) == 0
    assert called(lambda model: model, **offered) == 2
    assert called(lambda model, config: (model, config), **offered) == (2, 1)
    with pytest.raises(TypeError, match="needs net; expected only"):
        called(lambda net: net, **offered)


def test_names_that_differ_need_a_word(tmp_path):
    asked: Any = SimpleNamespace(save_map=tmp_path / "names.toml", yes=False)
    pairs = pairs_of([CONV, DENSE], SHAPES, CLASSES, {})
    with pytest.raises(RequestError, match="--yes"):
        command.confirmed(pairs, asked)
    assert read_map(tmp_path / "names.toml")["conv2d"] == "stem"
    asked.yes = True
    command.confirmed(pairs, asked)
    given = pairs_of([CONV, DENSE], SHAPES, CLASSES, {"conv2d": "stem"})
    asked.yes = False
    command.confirmed(given, asked)


# === Symptoms ===============================================================

RANDOM = np.random.default_rng(0)
A = RANDOM.normal(size=(4, 8, 8, 5))


def words(torch: Any, kind: str = "", keras: Any = A) -> str:
    found = symptoms.symptoms(keras, torch, kind)
    return "; ".join(symptom.words for symptom in found)


@pytest.mark.parametrize(
    "torch, kind, said",
    [
        (2 * A, "", "a constant factor of 2 "),
        (A / 4, "", "a sum on one side and a mean"),
        (-A, "", "a constant factor of -1"),
        (np.swapaxes(A, 1, 2), "", "axes 1 and 2 are swapped"),
        (np.roll(A, 1, 1), "", r"shifted by \+1 along axis 1"),
        (np.roll(A, -1, 2), "", "shifted by -1 along axis 2"),
        (A[..., [1, 0, 2, 3, 4]], "", "same numbers in another order"),
        (np.where(A < 0, 0.3 * A, A), "", "another activation or slope"),
        (A[:, :7], "", "a border more or less"),
        (np.moveaxis(A, -1, 1), "", "axes in another order"),
        (A.mean((1, 2)), "", "an axis more or less"),
        (np.where(A > 2, np.nan, A), "", "not a number"),
        (A + 1e-4 * RANDOM.normal(size=A.shape), "", "a gap of 1e-04"),
        (
            A * np.array([1.0, 1.1, 0.9, 1.2, 0.8]) + 1,
            "BatchNormalization",
            "each channel is scaled differently",
        ),
    ],
)
def test_a_difference_is_told_by_what_it_looks_like(torch, kind, said):
    assert re.search(said, words(torch, kind))


def test_rows_that_differ_alone_look_like_a_mask():
    torch = A.copy()
    torch[1:, 3:5] = 0
    assert "a mask or a border" in words(torch)


def test_noise_alone_looks_like_nothing_but_its_kind():
    torch = RANDOM.normal(size=A.shape)
    assert words(torch) == ""
    assert words(torch, "Conv2D") == "known differences of Conv2D layers"


def test_every_entry_that_a_symptom_names_is_in_the_atlas():
    path = Path(symptoms.__file__)
    source = path.read_text() + path.with_name("diagnosis.py").read_text()
    named = set(re.findall(r'"([a-z0-9]+(?:_[a-z0-9]+)+)"', source))
    assert len(named) > 40
    settings = {"learning_rate", "weight_decay"}  # of an optimizer
    assert named - settings - set(atlas.names()) == set()


# === Four models ============================================================

BATCHES = {
    "resnet": (RANDOM.normal(size=(8, 16, 16, 8)), RANDOM.integers(10, size=8)),
    "vit": (RANDOM.normal(size=(8, 16, 16, 3)), None),
    "unet": (
        RANDOM.normal(size=(6, 16, 16, 1)),
        RANDOM.integers(2, size=(6, 16, 16, 1)).astype("float64"),
    ),
    "tagger": (
        RANDOM.integers(50, size=(8, 12)),
        RANDOM.integers(6, size=(8, 12)),
    ),
}
# What a port gets wrong: text and what stands in its place, the rung and the
# place at which it is caught, and an entry that is named.
MISTAKES = {
    "resnet padding": (
        "x = F.pad(images, (0, 1, 0, 1))", "x = F.pad(images, (1, 0, 1, 0))",
        "forward", "conv2d", "same_padding",
    ),
    "resnet epsilon": (
        "self.bn1 = nn.BatchNorm2d(16, eps=1e-3, momentum=0.01)",
        "self.bn1 = nn.BatchNorm2d(16, momentum=0.01)",
        "forward", "batch_normalization", "batch_norm_epsilon",
    ),
    "resnet momentum": (
        "self.bn2 = nn.BatchNorm2d(16, eps=1e-3, momentum=0.01)",
        "self.bn2 = nn.BatchNorm2d(16, eps=1e-3)",
        "step", "batch_normalization_1/moving_", "batch_norm_momentum",
    ),
    "vit epsilon": (
        "self.norm2 = nn.LayerNorm(24, eps=1e-6)",
        "self.norm2 = nn.LayerNorm(24)",
        "forward", "norm2", "layer_norm_epsilon",
    ),
    "vit gelu": (
        "F.gelu(self", "F.gelu(approximate='tanh', input=self",
        "forward", "mlp2", "gelu_approximation",
    ),
    "unet crop": (
        "[..., :16, :16]", "[..., 1:, 1:]",
        "forward", "up1_conv1", "same_padding",
    ),
    "unet order": (
        "torch.cat([skip, x], dim=1)", "torch.cat([x, skip], dim=1)",
        "forward", "up1_conv1", "",
    ),
    "unet epsilon": (
        "eps=1e-7", "eps=1e-8",
        "settings", "optimizer epsilon", "adam_epsilon",
    ),
    "tagger sum": (
        "return Loss()", "return Loss(reduction='sum')",
        "gradients", "loss", "sample_weight_mean",
    ),
    "tagger direction": (
        "return self.out(outputs)",
        "return self.out(outputs.roll(8, dims=-1))",
        "forward", "tags", "",
    ),
}  # fmt: skip


def proof_of(model: str, torch: Path, sides: Any, folder: Path) -> FileProof:
    inputs, targets = BATCHES[model]
    trains = targets is not None
    arrays = Arrays(inputs, targets if trains else np.zeros(len(inputs)))
    files = GUESTS / f"{model}_keras.py", torch
    first = model not in ("tagger",)
    ours, theirs = described(files, sides, len(arrays), first)
    given = dict(RESNET) if model == "resnet" else {}
    pairs = paired(ours, theirs, given)
    return prove(
        files, arrays, trains, sides, pairs, folder, 10,
        () if trains else ("initialisation",), first,
    )  # fmt: skip


# Keras names the shortcut after the layers on the way, PyTorch before.
RESNET = {
    "conv2d": "conv1", "batch_normalization": "bn1", "conv2d_1": "conv2",
    "batch_normalization_1": "bn2", "conv2d_2": "downsample.0",
    "batch_normalization_2": "downsample.1",
}  # fmt: skip


@pytest.mark.parity
@pytest.mark.parametrize("model", BATCHES)
def test_a_right_port_is_proven(model, sides, tmp_path):
    found = proof_of(model, GUESTS / f"{model}_torch.py", sides, tmp_path)
    assert found.parity.passed, found.diverges
    climbed = {rung.name for rung in found.parity.rungs}
    trained = {"gradients", "step", "trajectory"}
    if BATCHES[model][1] is None:
        assert climbed & trained == set()
        assert set(found.not_run) == trained | {"initialisation"}
    else:
        assert climbed >= trained and not found.not_run
    assert {"forward", "settings", "round trip"} <= climbed
    # Its PyTorch half crops after the layer, Keras in it.
    assert set(found.passing) == ({"up"} if model == "unet" else set())


@pytest.mark.parity
@pytest.mark.parametrize("name", MISTAKES)
def test_a_wrong_port_is_not_and_the_mistake_is_named(name, sides, tmp_path):
    model = name.split()[0]
    right, wrong, rung, worst, entry = MISTAKES[name]
    text = (GUESTS / f"{model}_torch.py").read_text()
    assert text.count(right) == 1
    path = tmp_path / "port.py"
    path.write_text(text.replace(right, wrong))
    found = proof_of(model, path, sides, tmp_path)
    assert not found.parity.passed
    failed = next(r for r in found.parity.rungs if not r.passed)
    assert failed.name == rung
    assert failed.worst.startswith(worst), failed.worst
    named = {e for symptom in found.symptoms for e in symptom.entries}
    assert not entry or entry in named, found.symptoms


# The worked example of docs/prove.md: what is mended, and what is said then.
STAGES = (
    ({}, "forward float64: conv2d is the first", "same_padding"),
    (
        {
            "stride=2, padding=1, bias": "stride=2, bias",
            "self.conv1(images)": "self.conv1(F.pad(images, (0, 1, 0, 1)))",
        },
        "forward float64: batch_normalization is the first",
        "batch_norm_epsilon",
    ),
    (
        {"BatchNorm2d(16)": "BatchNorm2d(16, eps=1e-3)"},
        "step float64: batch_normalization/moving_mean is the first",
        "batch_norm_momentum",
    ),
    ({"eps=1e-3)": "eps=1e-3, momentum=0.01)"}, "", ""),
)


@pytest.mark.parity
def test_the_worked_example_goes_as_the_page_tells(sides, tmp_path):
    page = (ROOT / "docs" / "prove.md").read_text()
    text = (GUESTS / "port_torch.py").read_text()
    shown = text[text.index("class Residual") : text.index("def build_model")]
    assert shown.strip() in page
    for mended, said, entry in STAGES:
        for wrong, right in mended.items():
            text = text.replace(wrong, right)
        path = tmp_path / "port.py"
        path.write_text(text)
        found = proof_of("resnet", path, sides, tmp_path)
        assert found.parity.passed == (not said)
        assert said in found.diverges and said in page
        named = [e for symptom in found.symptoms for e in symptom.entries]
        assert not entry or entry in named
        assert entry in page


# === The command ============================================================


@pytest.mark.parity
def test_the_command_proves_two_files(tmp_path, capsys):
    inputs, targets = BATCHES["tagger"]
    np.savez(tmp_path / "x.npz", inputs)
    np.savez(tmp_path / "y.npz", targets)
    asked = ProveRequest(
        GUESTS / "tagger_keras.py", GUESTS / "tagger_torch.py",
        tmp_path / "x.npz", tmp_path / "y.npz", yes=True, steps=5,
    )  # fmt: skip
    assert command.run(asked, Settings(device="cpu", threads=1))


@pytest.mark.parametrize(
    "change, said",
    [
        ({"keras": Path("none.py")}, "none.py; expected a Python file"),
        ({"without": ("settings",)}, "--without settings; expected some of"),
    ],
)
def test_what_cannot_be_proven_is_one_clear_line(change, said, tmp_path):
    np.savez(tmp_path / "x.npz", np.zeros((2, 3)))
    files = {"keras": GUESTS / "vit_keras.py", "torch": GUESTS / "vit_torch.py"}
    asked = ProveRequest(**(files | {"inputs": tmp_path / "x.npz"} | change))
    with pytest.raises(RequestError, match=said):
        command.run(asked, Settings())
