"""What is timed of a half, with a half and a framework that are stand-ins."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from comparisons.sides.retraining import Lacking, again_of, own_steps
from comparisons.sides.timing import (
    CHECKED,
    CHECKED_STEPS,
    Mode,
    Timing,
)
from comparisons.sides.wire import Split, write_split
from shared_data import Arrays


class Half:
    """A half with a loop of its own, that writes down what is asked of it."""

    def __init__(self, trains: bool = True) -> None:
        self.said: list[Any] = []
        if trains:
            self.train = self._train
            self.train_step = lambda *args: self.said.append(len(args[-1]))

    def load(self) -> Any:
        return self

    def make_optimizer(self, config: Any, model: Any) -> Any:
        return None

    def _train(
        self, model: Any, arrays: Arrays, config: Any, shuffle: bool = True
    ) -> list[float]:
        self.said.append(("train", len(arrays), config.epochs, shuffle))
        for _ in range(config.epochs):
            for start in range(0, len(arrays), config.batch_size):
                batch = slice(start, start + config.batch_size)
                self.train_step(
                    model, arrays.inputs[batch], arrays.targets[batch]
                )
        return [0.5] * config.epochs

    def predict(self, model: Any, inputs: np.ndarray) -> np.ndarray:
        self.said.append(("predict", len(inputs)))
        return 2 * inputs


class World(Timing):
    """A side that writes down what is around what."""

    def __init__(self) -> None:
        super().__init__()
        self.now: list[str] = []  # contexts that are open
        self.told: list[int] = []  # threads
        self.built = 0
        self.modes = {
            "default": Mode("plain"),
            "fast": Mode(
                "fast one",
                "bfloat16",
                during=lambda _: self.context("fast"),
                prepare=self.prepare,
            ),
            "never": Mode("never", prepare=self.refuse),
        }

    def build(self, *_: Any) -> Any:
        self.built += 1
        return SimpleNamespace(number=self.built, ready=False)

    def prepare(self, model: Any) -> Any:
        model.ready = True
        return model

    def refuse(self, model: Any) -> Any:
        raise Lacking("there is nothing to prepare")

    @contextmanager
    def context(self, name: str) -> Iterator[list[str]]:
        self.now.append(name)
        yield []
        self.now.remove(name)

    def seed(self, seed: int) -> None:
        pass

    def dropout_off(self) -> Any:
        return self.context("dropout off")

    def synchronize(self) -> None:
        self.told.append(-1)

    def use_threads(self, count: int) -> None:
        self.told.append(count)

    def mode(self, model: Any) -> str:
        return f"mode of {model.number}"

    def steady(self) -> list[str]:
        return ["told so"]

    def one_batch(self) -> Any:
        return self.context("one batch")

    def steps(self, *given: Any) -> Any:
        return own_steps(*given)

    def idiom(self, *_: Any) -> Any:
        raise Lacking("it has no such loop")

    again = idiom

    def streaming(
        self, module: Any, model: Any, arrays: Arrays, config: Any
    ) -> Any:
        return lambda some: module.train(model, some, config)

    def counted(
        self, half: Any, config: Any, model: Any, arrays: Arrays
    ) -> dict[str, Any]:
        return {"samples": len(arrays)}

    def limits(self) -> dict[str, float]:
        return {"matmul": 1.0}


# The rest is not asked for here.
World.__abstractmethods__ = frozenset()  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Config:
    batch_size: int = 4
    epochs: int = 9
    seed: int = 0


@pytest.fixture
def splits(tmp_path: Path) -> tuple[Split, Split]:
    arrays = Arrays(
        np.arange(60, dtype="float32").reshape(30, 2), np.arange(30)
    )
    return (
        write_split(arrays, tmp_path, "train"),
        write_split(arrays, tmp_path, "test"),
    )


KINDS = ("train", "step", "predict", "predict_one")


def test_warming_up_offers_each_kind_of_work(splits):
    world, half = World(), Half()
    told = world.warm_up(half, Config(), *splits, KINDS)  # type: ignore
    assert told["works"] == {
        "train": {"samples": 30, "parts": True},
        "step": {"samples": 4, "parts": False},
        "predict": {"samples": 4, "parts": False},
        "predict_one": {"samples": 1, "parts": False},
    }
    assert told["lacks"] == {}
    assert told["mode"].startswith("mode of 1")
    assert told["mode"].endswith(", told so")
    assert world.built == 1


def test_warming_up_meets_the_short_batch_that_ends_an_epoch(splits):
    world, half = World(), Half()
    world.warm_up(half, Config(), *splits, ["train"])  # type: ignore
    trained = [said[1] for said in half.said if isinstance(said, tuple)]
    assert trained[-1] == 4 + 4 + 30 % 4


def test_a_half_that_does_not_train_is_asked_for_predictions_alone(splits):
    world, half = World(), Half(trains=False)
    told = world.warm_up(half, Config(), *splits, KINDS)  # type: ignore
    assert set(told["works"]) == {"predict", "predict_one"}
    assert told["lacks"] == dict.fromkeys(("train", "step"), "does not train")


def test_what_a_half_lacks_is_said_and_the_rest_is_offered(splits):
    world, half = World(), Half()
    kinds = ("idiom", "predict")
    told = world.warm_up(half, Config(), *splits, kinds)  # type: ignore
    assert told["lacks"] == {"idiom": "it has no such loop"}
    assert set(told["works"]) == {"predict"}


def test_a_mode_is_around_all_that_its_model_does(splits):
    world, half = World(), Half()
    seen: list[tuple[Any, list[str]]] = []
    step = half.train_step
    half.train_step = lambda model, *rest: (
        seen.append((model.ready, list(world.now))),
        step(model, *rest),
    )
    works = world
    works.warm_up(half, Config(), *splits, ["train"], "fast")  # type: ignore
    works.time_block("fast", "train", 1, 8)
    assert {ready for ready, _ in seen} == {True}
    assert all("fast" in around for _, around in seen)
    seen.clear()
    works.warm_up(half, Config(), *splits, ["train"])  # type: ignore
    works.time_block("default", "train", 1, 8)
    assert {ready for ready, _ in seen} == {False}
    assert not any("fast" in around for _, around in seen)
    assert world.now == []


def test_one_mode_can_be_warmed_up_twice_under_two_names(splits):
    world, half = World(), Half()
    works = world
    works.warm_up(half, Config(), *splits, ["train"])  # type: ignore
    works.warm_up(half, Config(), *splits, ["step"], "default", "again")  # type: ignore
    assert world.built == 2
    assert set(works.living) == {("default", "train"), ("again", "step")}


def test_predictions_are_timed_the_way_of_a_single_batch(splits):
    world, half = World(), Half()
    around: list[list[str]] = []
    works = world
    works.warm_up(half, Config(), *splits, KINDS)  # type: ignore
    predict = half.predict
    half.predict = lambda *a: (around.append(list(world.now)), predict(*a))[1]
    for what, size in (("predict", 4), ("predict_one", 1)):
        half.said.clear()
        works.time_block("default", what, 3, size)
        assert half.said == [("predict", size)] * 4
    works.time_block("default", "train", 1, 8)
    assert around == [["one batch"]] * 8


def test_single_predictions_are_timed_each(splits):
    world, half = World(), Half()
    works = world
    works.warm_up(half, Config(), *splits, KINDS)  # type: ignore
    told = works.time_block("default", "predict_one", 5, 1)
    assert len(told["calls_s"]) == 5
    assert 0 < sum(told["calls_s"]) <= told["wall_s"]
    assert works.time_block("default", "predict", 5, 4)["calls_s"] == []
    assert works.time_block("default", "train", 1, 4)["calls_s"] == []


def test_cold_rounds_go_before_what_is_timed(splits):
    world, half = World(), Half()
    works = world
    works.warm_up(half, Config(), *splits, KINDS)  # type: ignore
    for rounds, before in ((1, 1), (3, 1), (4, 1), (9, 2)):
        half.said.clear()
        told = works.time_block("default", "predict_one", rounds, 1)
        assert half.said == [("predict", 1)] * (before + rounds)
        assert len(told["calls_s"]) == rounds
    for rounds, calls in ((1, 1), (3, 1), (4, 2)):  # an epoch is long
        half.said.clear()
        works.time_block("default", "train", rounds, 8)
        trained = [said for said in half.said if isinstance(said, tuple)]
        assert len(trained) == calls


def test_a_block_ends_once_the_device_has_finished(splits):
    world, half = World(), Half()
    world.warm_up(half, Config(), *splits, KINDS)  # type: ignore
    world.told.clear()
    world.time_block("default", "train", 1, 8)
    assert -1 in world.told


@pytest.mark.parametrize("threads, half", ((1, 1), (2, 1), (3, 1), (8, 4)))
def test_a_side_has_half_of_the_cores_and_all_of_them_when_timed(
    threads, half, splits
):
    world = World()
    world.share_cores(threads)
    assert world.told == [half]
    during: list[int] = []
    some = Half()
    world.warm_up(some, Config(), *splits, ["predict"])  # type: ignore
    # The engine is waited for in between, which says -1.
    some.predict = lambda *_: during.append(
        next(told for told in reversed(world.told) if told > 0)
    )
    world.time_block("default", "predict", 1, 4)
    assert during == [threads] * 2
    assert world.told[-1] == half


def test_steps_take_whole_batches_of_a_training_in_turn():
    half = Half()
    arrays = Arrays(np.arange(10), np.arange(10))
    before: list[Any] = []
    config: Any = Config(batch_size=4)
    take = own_steps(half, "model", arrays, config, before.append)
    assert half.said[0] == ("train", 10, 1, True)
    seen: list[list[int]] = []
    half.train_step = lambda model, inputs, _: seen.append(list(inputs))
    take(3)
    # The last batch of two is left out.
    assert seen == [[0, 1, 2, 3], [4, 5, 6, 7], [0, 1, 2, 3]]
    assert [args[0] for args in before] == ["model"]


def test_evidence_of_a_mode_is_taken_with_dropout_off(splits):
    world, half = World(), Half()
    around: list[list[str]] = []
    train = half.train
    half.train = lambda *a, **k: (
        around.append(list(world.now)),
        train(*a, **k),
    )[1]
    told = world.evidence(half, Config(), *splits, "fast", {})  # type: ignore
    assert around == [["fast", "dropout off"]]
    assert set(told) == {"predictions", "losses", "predictions after"}
    assert len(told["predictions"]) == min(CHECKED, 30)
    assert ("train", min(30, CHECKED_STEPS * 4), 1, False) in half.said


def test_a_step_is_counted_with_samples_to_validate_with(splits):
    assert World().count(Half(), Config(), splits[0]) == {"samples": 8}  # type: ignore


def test_a_framework_without_a_counter_says_so(splits):
    class Uncounted(World):
        counted = Timing.counted  # type: ignore[assignment]

    with pytest.raises(Lacking, match="does not count operations"):
        Uncounted().count(Half(), Config(), splits[0])  # type: ignore


# === Streaming ==============================================================


def test_a_stream_tells_its_seconds_and_what_it_held(splits, monkeypatch):
    from comparisons.sides import streaming

    level = iter([100.0])
    monkeypatch.setattr(streaming, "anonymous_mib", lambda: next(level, 130.0))
    world, half = World(), Half()
    told = world.stream(half, Config(epochs=1), splits[0], "samples")  # type: ignore
    assert told["peak_mib"] == 30.0
    assert told["seconds"] > 0
    sizes = [s[1] for s in half.said if isinstance(s, tuple)]
    assert sizes == [8, 30]  # warmed up, then all of them


def test_samples_on_disk_stay_there(splits):
    from comparisons.sides import streaming

    arrays = streaming.on_disk(splits[0])
    assert isinstance(arrays.inputs, np.memmap)
    assert arrays.inputs.shape == (30, 2)
    arrays.inputs[0] = 7  # as PyTorch asks to be able to; not in the file
    assert streaming.on_disk(splits[0]).inputs[0, 0] == 0


def test_memory_of_the_process_is_seen_and_pages_of_a_file_are_not(tmp_path):
    from comparisons.sides import streaming

    if not Path("/proc/self/status").exists():
        pytest.skip("no /proc/self/status")
    path = tmp_path / "large.npy"
    np.save(path, np.ones(2**22, "float64"))  # 32 MiB
    with streaming.watched() as of_file:
        np.load(path, mmap_mode="c", allow_pickle=False).sum()
    with streaming.watched() as of_process:
        array = np.load(path, allow_pickle=False)
    before = streaming.anonymous_mib()
    assert of_file["peak_mib"] < before + 8
    assert of_process["peak_mib"] > before - array.nbytes / 2**20 + 24


# === Training again =========================================================


@dataclass(frozen=True)
class Budget:
    batch_size: int = 4
    epochs: int = 1


class Loop:
    """A half with a loop of its own: it trains whatever it is given."""

    def __init__(self) -> None:
        self.trained: list[tuple[int, int]] = []
        self.optimizers: list[Any] = []

    def make_optimizer(self, config: Budget, model: Any) -> object:
        return object()

    def train(self, model: Any, arrays: Arrays, config: Budget) -> None:
        self.trained.append((len(arrays), config.epochs))
        self.optimizers.append(self.make_optimizer(config, model))


class Fit:
    """A half that compiles and calls `fit` with features of its samples."""

    def __init__(self) -> None:
        self.trained: list[tuple[int, int]] = []
        self.compiled = self.computed = 0
        self.model = SimpleNamespace(fit=self.fit, compile=self.compile)

    def compile(self) -> None:
        self.compiled += 1

    def fit(self, inputs: np.ndarray, targets: np.ndarray, epochs: int) -> None:
        assert len(inputs) == len(targets)
        self.trained.append((len(inputs), epochs))

    def train(self, model: Any, arrays: Arrays, config: Budget) -> None:
        model.compile()
        self.computed += 1
        inputs = arrays.inputs.reshape(-1, 3, 2)
        model.fit(inputs, arrays.targets, epochs=config.epochs)


PAIRS = Arrays(np.zeros((50, 6)), np.zeros(50))


def test_a_loop_of_the_half_s_own_trains_on_with_one_optimizer():
    half = Loop()
    again = again_of(half, object(), PAIRS, Budget())
    again(3, 20), again(1, 50)
    assert half.trained == [(20, 3), (50, 1)]
    assert half.optimizers[0] is half.optimizers[1]
    half.train(object(), PAIRS, Budget())  # by itself it makes a new one
    assert half.optimizers[2] is not half.optimizers[0]


def test_fit_is_called_again_without_compiling_anew():
    """What the half makes of its samples is part of an epoch."""
    half = Fit()
    compile = half.model.compile
    again = again_of(half, half.model, PAIRS, Budget())
    again(1, 4), again(3, 20)
    assert half.trained == [(4, 1), (20, 3)]
    assert (half.compiled, half.computed) == (1, 2)
    assert half.model.compile == compile
