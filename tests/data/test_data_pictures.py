"""The pictures that are dreamt of, and those that are painted anew."""

from dataclasses import replace

import numpy as np
import pytest

from shared_data import chapter12_deep_dream, chapter12_style_transfer
from shared_data.chapter12_style_transfer import STYLE, style_picture
from shared_data.sources.pictures import (
    SHA256,
    load_picture,
    square,
    to_backbone,
    to_pixels,
)


def test_octaves_grow_by_the_scale_up_to_the_size():
    config = replace(chapter12_deep_dream.QUICK, size=196, scale=1.4, octaves=3)
    assert config.sizes == [100, 140, 196]
    assert replace(config, octaves=1).sizes == [196]


@pytest.mark.parametrize("data", ("bundled", "book"))
def test_every_photograph_is_dreamt_of(data):
    config = replace(chapter12_deep_dream.QUICK, size=32)
    found = chapter12_deep_dream.load_data(config, data)
    assert found.test is found.train
    assert found.test.inputs.shape == (len(SHA256), 32, 32, 3)
    assert found.test.inputs.dtype == np.float32
    first = to_backbone(square(load_picture(next(iter(SHA256))), 32))
    assert np.array_equal(found.test.inputs[0], first)
    assert chapter12_deep_dream.baseline(found) == 1


def test_each_layer_has_its_coefficient():
    config = chapter12_deep_dream.QUICK
    assert len(config.layers) == len(config.coefficients)


@pytest.mark.parametrize("data", ("bundled", "book"))
def test_all_contents_take_one_style(data):
    config = replace(chapter12_style_transfer.QUICK, size=32)
    found = chapter12_style_transfer.load_data(config, data)
    count = len(chapter12_style_transfer.CONTENTS)
    assert found.test.inputs.shape == (count, 32, 32, 3)
    style = square(load_picture(STYLE), 32)
    for target in found.test.targets:
        assert np.array_equal(target, style_picture(config))
        assert np.allclose(to_pixels(target), style / 255, atol=1e-6)
    assert not np.isin(STYLE, chapter12_style_transfer.CONTENTS)
    assert chapter12_style_transfer.baseline(found) == 1


@pytest.mark.parametrize(
    "module", (chapter12_deep_dream, chapter12_style_transfer)
)
def test_other_data_are_refused(module):
    with pytest.raises(ValueError, match="bundled"):
        module.load_data(module.QUICK, "painting")
