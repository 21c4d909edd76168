"""What the halves show: panels, texts, and a picture that can be read."""

import io

import numpy as np
import pytest
from PIL import Image

from comparisons.report.pictures import MOST, panels, picture, texts, webp


def shown(shift: float = 0.0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    return {
        "images/digits": rng.random((12, 8, 6)),
        "images/colours": rng.random((2, 8, 8, 3)),
        "curve/loss/plain": np.arange(5.0) + shift,
        "curve/loss/noisy": np.arange(5.0) * 2,
        "matrix/confusion": rng.random((3, 4)),
        "scatter/latent": np.c_[rng.random((30, 2)), np.arange(30) % 3],
        "text/samples": np.array(["one", "two"]),
    }


def test_lines_of_one_panel_share_it_and_the_order_is_the_halves():
    found = panels({"keras": shown(), "torch": shown()})
    assert list(found) == [
        ("images", "digits"),
        ("images", "colours"),
        ("curve", "loss"),
        ("matrix", "confusion"),
        ("scatter", "latent"),
    ]
    assert found["curve", "loss"] == ["curve/loss/plain", "curve/loss/noisy"]


def test_texts_are_kept_by_name_and_half():
    found = texts({"keras": shown(), "torch": {"text/samples": np.array("x")}})
    assert found == {"samples": {"keras": ["one", "two"], "torch": ["x"]}}


def test_the_picture_is_a_webp_with_keras_left_and_pytorch_right():
    ours = {"images/a": np.zeros((MOST, 10, 10))}
    theirs = {"images/a": np.ones((MOST, 10, 10))}
    drawn = picture({"keras": ours, "torch": theirs})
    assert drawn is not None
    with Image.open(io.BytesIO(drawn)) as opened:
        assert opened.format == "WEBP"
        pixels = np.asarray(opened.convert("RGB")) / 255
    middle = pixels.shape[1] // 2
    dark = (pixels < 0.1).all(-1).mean(0)  # of each column
    # The left strip is black; on the right only letters of the title are.
    assert dark[:middle].max() > 0.4
    assert dark[middle:].max() < 0.4


def test_every_kind_can_be_drawn_and_a_half_may_lack_a_panel():
    ours, theirs = shown(), shown(0.5)
    del theirs["matrix/confusion"]
    assert picture({"keras": ours, "torch": theirs})


@pytest.mark.parametrize("only", [{}, {"text/a": np.array(["b"])}])
def test_there_is_no_picture_where_nothing_is_to_be_drawn(only):
    assert picture({"keras": only, "torch": only}) is None


@pytest.mark.parametrize("largest", (40_000, 4_000))
def test_a_picture_fits_whatever_it_shows(largest: int):
    noise = np.random.default_rng(0).integers(0, 256, (300, 400, 3), "uint8")
    made = webp(Image.fromarray(noise), largest)
    assert len(made) <= largest
    with Image.open(io.BytesIO(made)) as opened:
        opened.load()
        assert opened.width <= 400
