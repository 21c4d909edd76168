"""The PyTorch side of the harness; twin: keras/side.py.

Only this side imports the PyTorch halves. It runs in a process of its own.
Weights are NumPy arrays by parameter name.
"""

import importlib
from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from comparisons.sides import memory
from comparisons.sides.memory_work import Bytes
from comparisons.sides.replacing import replaced
from comparisons.sides.torch import memory as torch_memory
from comparisons.sides.torch.keras_formulas import (
    align_optimizer,
    keras_formulas,
)
from comparisons.sides.torch.recorder import (
    Recorder,
    describe_decay,
    describe_loss,
    describe_optimizer,
    dropout_off,
    named_weights,
    recorded_outputs,
    state_of,
    trainable_weights,
)
from comparisons.sides.torch.timing import TorchTiming
from comparisons.sides.wire import (
    Description,
    Half,
    Recording,
    State,
    Training,
)


class TorchSide(TorchTiming):
    """Runs PyTorch halves."""

    device = "cpu"

    def start(self, threads: int, device: str) -> dict[str, Any]:
        """Set threads and precision; return versions and the device in use."""
        self.share_cores(threads)
        # As in TensorFlow; without it, computing takes 2.5 times as long.
        torch.set_flush_denormal(True)
        torch.backends.cudnn.allow_tf32 = False
        torch.set_float32_matmul_precision("highest")
        cuda = torch.cuda.is_available()
        self.device = "cuda" if cuda and device != "cpu" else "cpu"
        # Otherwise the first optimizer imports it. Here it costs no time,
        # because TensorFlow takes longer to start.
        importlib.import_module("torch._dynamo")
        # A plain string: unpickling torch's own string class would import
        # torch in the parent.
        return {"torch": str(torch.__version__), "device": self.device}

    def use_threads(self, count: int) -> None:
        torch.set_num_threads(count)

    def use_precision(self, dtype: str) -> None:
        torch.set_default_dtype(getattr(torch, dtype))

    def seed(self, seed: int) -> None:
        torch.manual_seed(seed)

    def build(
        self, half: Half, config: Any, dtype: str, weights: State | None
    ) -> Any:
        torch.set_default_dtype(getattr(torch, dtype))
        model = half.load().build_model(config)
        if isinstance(model, dict):
            values = model if weights is None else weights
            return {
                name: torch.as_tensor(values[name])
                .detach()
                .to(self.device)
                .requires_grad_(tensor.requires_grad)
                for name, tensor in model.items()
            }
        if weights is not None:
            tensors = {name: torch.from_numpy(w) for name, w in weights.items()}
            # Counters such as num_batches_tracked have no Keras twin.
            missing, unexpected = model.load_state_dict(tensors, strict=False)
            missing = [
                n for n in missing if not n.endswith("num_batches_tracked")
            ]
            if missing or unexpected:
                raise ValueError(f"weights {missing + unexpected} have no twin")
        return model.to(self.device)

    def state_of(self, model: Any) -> State:
        return state_of(model)

    def read_weights(self, half: Half, config: Any, path: str) -> State:
        """Return the weights in a safetensors file."""
        model = self.build(half, config, "float32", None)
        found = load_file(path)
        if isinstance(model, dict):
            return {name: tensor.numpy() for name, tensor in found.items()}
        model.load_state_dict(found)
        return self.state_of(model)

    def write_weights(
        self, half: Half, config: Any, weights: State, path: str
    ) -> None:
        """Write the `state_dict()` of the half's model with these weights."""
        model = self.build(half, config, "float32", weights)
        state = model if isinstance(model, dict) else model.state_dict()
        tensors = {n: t.detach().cpu().contiguous() for n, t in state.items()}
        save_file(tensors, path)

    def describe(self, half: Half, config: Any, dtype: str) -> Description:
        """Return shapes, parameter counts and settings in shared terms."""
        module = half.load()
        model = self.build(half, config, dtype, None)
        trained = trainable_weights(model)
        classes: dict[str, str] = {}
        settings: dict[str, Any] = {}
        if not isinstance(model, dict):
            classes = {
                name: type(module).__name__
                for name, module in model.named_modules()
            }
        if hasattr(module, "make_optimizer"):
            optimizer = module.make_optimizer(config, model)
            settings = {
                "optimizer": describe_optimizer(optimizer),
                "decay": describe_decay(model, optimizer),
                "loss": describe_loss(module.make_loss(config)),
            }
            several = isinstance(optimizer, dict)
            held = {
                id(parameter)
                for one in (optimizer.values() if several else [optimizer])
                for group in getattr(one, "param_groups", [{"params": trained}])
                for parameter in group["params"]
            }
            if not isinstance(model, dict):
                trained = {n: w for n, w in trained.items() if id(w) in held}
        return Description(
            trainable=sum(w.numel() for w in trained.values()),
            trained=sorted(trained),
            shapes={name: w.shape for name, w in self.state_of(model).items()},
            classes=classes,
            **settings,
        )

    def training(self, half: Half, asked: Training) -> Recording:
        """Run the half's own `train` and record what it does.

        With `asked.aligned`, Keras' formulas replace the native ones.
        """
        model = self.build(half, asked.config, asked.dtype, asked.weights)
        module = half.load()
        arrays = asked.split.read(asked.dtype)
        recorder = Recorder(model)
        if not isinstance(model, dict):
            model.eval()  # as after a prediction: `train` must set its mode
        original = module.make_optimizer
        train_step = recorder.watch_step(module.train_step)
        closed: list[str] = []

        def align(optimizer: Any) -> Any:
            if isinstance(optimizer, dict):
                return {name: align(one) for name, one in optimizer.items()}
            optimizer, names = align_optimizer(optimizer)
            closed.extend(names)
            return optimizer

        def make_optimizer(*args: Any) -> Any:
            optimizer = original(*args)
            return recorder.watch(
                align(optimizer) if asked.aligned else optimizer
            )

        with (
            dropout_off() as dropped,
            keras_formulas(model, asked.aligned) as used,
            replaced(module, make_optimizer=make_optimizer),
            replaced(module, train_step=train_step),
        ):
            epoch_losses = module.train(
                model, arrays, asked.config, shuffle=asked.shuffle
            )
            answers = None
            if asked.test:
                answers = module.predict(
                    model, asked.test.read(asked.dtype).inputs
                )
        final = self.state_of(model)
        taken = len(recorder.losses)
        first_step = len(dropped) // max(taken, 1)
        return Recording(
            side="torch",
            epoch_losses=np.array(epoch_losses),
            losses=np.array(recorder.losses),
            gradients=recorder.gradients,
            after_one=recorder.after_one if taken > 1 else final,
            final=final,
            predictions=answers,
            dropouts=dropped[:first_step],
            aligned=sorted({*closed, *used}),
        )

    def formulas(
        self, model: Any, aligned: bool
    ) -> AbstractContextManager[list[str]]:
        return keras_formulas(model, aligned)

    def recorded(
        self, model: Any, outputs: State
    ) -> AbstractContextManager[None]:
        return recorded_outputs(model, outputs)

    def dropout_off(self) -> AbstractContextManager[list[str]]:
        return dropout_off()

    def synchronize(self) -> None:
        if self.device == "cuda":
            torch.cuda.synchronize()

    def mode(self, model: Any) -> str:
        return "eager, float32"

    def peaks(self) -> Any:
        if self.device == "cuda":
            return memory.cuda_peaks(torch.cuda)
        return torch_memory.allocator_peaks()

    def inventory(self, model: Any, optimizers: list[Any]) -> Bytes:
        """Count the bytes that a training keeps.

        Learning rates and step counters of optimizers are left out.
        """
        weights = named_weights(model)
        trained = trainable_weights(model)
        kept = {
            id(parameter): sum(
                map(
                    bytes_of, states_like(parameter, optimizer.state[parameter])
                )
            )
            for optimizer in optimizers
            for parameter in getattr(optimizer, "state", ())
        }

        def counted(names: Iterable[str]) -> Bytes:
            total = sum(bytes_of(weights[name]) for name in names)
            learnt = [trained[name] for name in names if name in trained]
            held = sum(map(bytes_of, learnt))
            slots = sum(kept.get(id(weight), 0) for weight in learnt)
            return Bytes(total, total - held, held, slots)

        second = second_biases(model)
        explained = {"lstm_two_biases": counted(second)} if second else {}
        return counted(list(weights))._replace(explained=explained)

    def predicted(self, module: Any, config: Any, batch: Any) -> dict[str, Any]:
        return torch_memory.predict_peak(module, config, batch)


def bytes_of(variable: Any) -> int:
    return variable.numel() * variable.element_size()


def states_like(parameter: Any, state: dict[str, Any]) -> list[Any]:
    """Return the optimizer's state tensors with the parameter's shape."""
    tensors = [t for t in state.values() if isinstance(t, torch.Tensor)]
    return [t for t in tensors if t.shape == parameter.shape]


def second_biases(model: Any) -> list[str]:
    """Return the names of biases that Keras lacks: see `lstm_two_biases`.

    A GRU has two biases in both frameworks.
    """
    modules = {} if isinstance(model, dict) else dict(model.named_modules())
    kinds = torch.nn.LSTM, torch.nn.RNN, torch.nn.LSTMCell, torch.nn.RNNCell
    return [
        f"{name}.{own}".lstrip(".")
        for name, module in modules.items()
        if isinstance(module, kinds)
        for own, _ in module.named_parameters(recurse=False)
        if own.startswith("bias_hh")
    ]


SIDE = TorchSide()
