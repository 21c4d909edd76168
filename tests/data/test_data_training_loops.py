"""Samples to learn from, and the last ones to stop by."""

from dataclasses import replace

import numpy as np
import pytest

from shared_data import Arrays
from shared_data import chapter02_from_scratch as scratch
from shared_data import chapter07_training_loops as task


@pytest.mark.parametrize(("samples", "held"), [(10, 2), (128, 26), (3, 1)])
def test_the_last_fifth_is_held_out(samples, held):
    arrays = Arrays(np.arange(samples)[:, np.newaxis], np.arange(samples))
    learnt, held_out = task.hold_out(arrays, task.QUICK)
    assert len(held_out) == held
    both = np.concatenate([learnt.targets, held_out.targets])
    assert np.array_equal(both, arrays.targets)


@pytest.mark.parametrize("module", [task, scratch])
def test_flat_digits_have_their_shape_and_follow_the_seed(module):
    config = replace(module.QUICK, train_samples=50, test_samples=30)
    data = module.load_data(config)
    assert data.train.inputs.shape == (50, 784)
    assert data.train.inputs.dtype == np.float32
    assert data.train.inputs.max() == 1 and data.train.inputs.min() == 0
    assert data.test.targets.shape == (30,)
    assert data.test.targets.dtype == np.int64
    other = module.load_data(replace(config, seed=1))
    assert not np.array_equal(data.train.inputs, other.train.inputs)
    assert module.baseline(data) < 0.3


@pytest.mark.parametrize("module", [task, scratch])
def test_an_unknown_data_set_is_refused(module):
    with pytest.raises(ValueError, match="received data='mnist'; expected"):
        module.load_data(module.QUICK, "mnist")
