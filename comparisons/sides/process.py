"""Side processes: start one, send it work, survive its death.

TensorFlow and PyTorch never share a process (building a torch optimizer
after TensorFlow is loaded crashes), and this parent imports neither. A side
is one spawned process that runs functions of keras/side.py or torch/side.py.
"""

import importlib
import multiprocessing
import os
import re
import signal
import site
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing import spawn
from pathlib import Path
from typing import Any, Self
from unittest import mock

from comparisons.common import (
    TITLES,
    HalfFailed,
    Name,
    SideDied,
    interpreter_of,
)
from comparisons.sides import overhead
from comparisons.sides.wire import silence

NOTE = re.compile(r"[IW]\d{4} ")


@dataclass(frozen=True)
class Settings:
    """What a side runs on: engine of the Keras half, device, CPU threads."""

    backend: str = "tensorflow"
    device: str = "auto"
    threads: int = len(os.sched_getaffinity(0))
    dedicated: bool = False  # a machine that nobody else uses meanwhile

    def environment(self) -> dict[str, str]:
        """Variables that must stand before the interpreter starts."""
        values = {
            "OMP_NUM_THREADS": str(self.threads),
            "KERAS_BACKEND": self.backend,
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "TF_ENABLE_ONEDNN_OPTS": "1",
            "NVIDIA_TF32_OVERRIDE": "0",
            # JAX would take all cores, and most of a card.
            "NPROC": str(self.threads),
            "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
            "PYTHONHASHSEED": "0",
        }
        if not self.dedicated:
            # Spinning threads make a busy neighbour reverse the ranking.
            values["OMP_WAIT_POLICY"] = "PASSIVE"
        if self.device == "cpu":
            values["CUDA_VISIBLE_DEVICES"] = ""
        return values


class Side:
    """One living side process. Close it, or use it as a context manager."""

    def __init__(self, name: Name, settings: Settings, folder: Path) -> None:
        self.name = name
        self.title = TITLES[name]
        self.log = folder / f"{name}.log"
        self.doing = "starting"
        self.began = time.monotonic()
        interpreter = interpreter_of(name)
        self.log.touch()  # a side may die before it writes anything
        environment = settings.environment()
        # A user's keras.json must not change the model.
        environment["KERAS_HOME"] = str(folder)
        # PyTorch's compiler makes a folder as soon as it is imported.
        environment["TORCHINDUCTOR_CACHE_DIR"] = str(folder)
        self.executor = ProcessPoolExecutor(
            max_workers=1,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=begin,
            initargs=(self.log,),
        )
        spawn.set_executable(interpreter)
        try:
            with (
                mock.patch.dict(os.environ, environment),
                packages_of(interpreter),
                ctrl_c_held(),
            ):
                self.started = self.submit(
                    "start", settings.threads, settings.device
                )
        finally:
            spawn.set_executable(sys.executable)
        (self.process,) = self.executor._processes.values()

    def submit(self, function: str, *args: Any) -> "Future[Any]":
        """Ask for `function` of the side's module; returns at once."""
        try:
            future = self.executor.submit(perform, self.name, function, args)
        except BrokenProcessPool:
            raise self.death() from None
        future.add_done_callback(self.note)  # nobody may ask for it
        return future

    def result(self, future: "Future[Any]") -> Any:
        """Wait for work that was submitted.

        Raises:
            SideDied: the process ended first; says why and during what.
            HalfFailed: the work raised an error in the process.
        """
        try:
            return future.result().value
        except BrokenProcessPool:
            raise self.death() from None
        except Exception as error:  # a faulty half may raise anything
            text = " ".join(str(error).split())[:300]
            raise HalfFailed(
                f"{self.title}: {type(error).__name__}: {text}"
            ) from error
        finally:
            self.note(future)  # who waited may go on before the callback

    def note(self, future: "Future[Any]") -> None:
        """Note when work that is done began and ended."""
        if future.cancelled() or not future.done():
            return
        span = getattr(future.exception() or future.result(), "span", None)
        if span is None:  # the process died in the middle of it
            return
        if future is self.started:
            overhead.IMPORTS.add((self.began, span[1]))
        else:
            overhead.WORK.add(span)

    def call(self, function: str, *args: Any) -> Any:
        return self.result(self.submit(function, *args))

    def facts(self) -> dict[str, Any]:
        """Return versions and device, once the process is up."""
        return self.result(self.started)

    def death(self) -> SideDied:
        # The executor waits for the same process: its status may come late.
        end = time.monotonic() + 5
        while (code := self.process.exitcode) is None:
            if time.monotonic() > end:
                break
            time.sleep(0.01)
        reason = f"with exit status {code}"
        if code is not None and code < 0:
            reason = f"by signal {-code} ({signal.Signals(-code).name})"
        lines = self.log.read_text(errors="replace").split("\n")
        # TensorFlow's notes to itself, "I0000 ...", are no last words.
        said = [li for li in lines if li.strip() and not NOTE.match(li)]
        last = said[-1] if said else ""
        return SideDied(
            f"the {self.title} process was ended {reason} while {self.doing}"
            + (f"; its last words: {last.strip()[:200]}" if last else "")
            + "; what was finished is kept; run the same command again"
        )

    def close(self) -> None:
        """End the process, whatever it is doing."""
        if self.process.is_alive():
            self.process.kill()
        self.executor.shutdown(wait=True, cancel_futures=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@contextmanager
def packages_of(interpreter: str) -> Iterator[None]:
    """Let a process that is begun here look for packages where its own are.

    multiprocessing hands it the parent's module path: on a CUDA machine there
    is no PyTorch on that. What is no part of the parent's installation goes
    with it: this code, and the tests'.
    """
    if interpreter == sys.executable:
        yield
        return
    preparation = spawn.get_preparation_data

    def without_path(name: str) -> dict[str, Any]:
        return {k: v for k, v in preparation(name).items() if k != "sys_path"}

    installed = sys.prefix, sys.base_prefix, site.getuserbase()
    path = [str(Path(__file__).parents[2])]
    path += [
        folder
        for folder in sys.path
        if not any(Path(folder).is_relative_to(i) for i in installed)
    ]
    with (
        mock.patch.object(spawn, "get_preparation_data", without_path),
        mock.patch.dict(os.environ, PYTHONPATH=os.pathsep.join(path)),
    ):
        yield


@contextmanager
def ctrl_c_held() -> Iterator[None]:
    """Hold Ctrl-C back from here, and from processes that are begun here.

    They have no way to ignore it before their interpreter is up.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def begin(log: Path) -> None:
    """Prepare a side process (runs there)."""
    silence(log)
    # Ctrl-C reaches the whole group; the parent alone decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Whatever starts processes here does so as in a program of its own. By
    # "spawn", which this process was told, tqdm's lock, which torch.compile
    # imports, would outlive a side that is killed, and Python would complain.
    multiprocessing.set_start_method(None, force=True)
    threading.Thread(target=leave_with_parent, daemon=True).start()


def leave_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


@dataclass(frozen=True)
class Done:
    """What a side's work gave, and when it began and ended."""

    value: Any
    span: overhead.Span


def perform(name: Name, function: str, args: tuple[Any, ...]) -> Done:
    """Run a function of a side, of its engine or of its works (runs there)."""
    began = time.monotonic()
    try:
        module = importlib.import_module(f"comparisons.sides.{name}.side")
        imported = time.monotonic() - began
        places = module, module.ENGINE, module.WORKS
        of = next(place for place in places if hasattr(place, function))
        result = getattr(of, function)(*args)
    except Exception as error:
        error.span = began, time.monotonic()  # type: ignore[attr-defined]
        raise
    if function == "start":
        result |= {"import_s": imported}
    return Done(result, (began, time.monotonic()))


@contextmanager
def both_sides(
    settings: Settings, folder: Path | None = None
) -> Iterator[tuple[Side, Side]]:
    """Start both sides at once and end them with the block."""
    with tempfile.TemporaryDirectory(prefix="comparisons-") as temporary:
        folder = folder or Path(temporary)
        with (
            Side("keras", settings, folder) as keras,
            Side("torch", settings, folder) as torch,
        ):
            yield keras, torch


class Sides:
    """Both sides from task to task; a context manager that ends them.

    To import TensorFlow takes longer than most proofs. What a task has left
    undone dies with the sides that were to do it.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.stack = ExitStack()
        self.living: tuple[Side, Side] | None = None

    @contextmanager
    def lent(self) -> Iterator[tuple[Side, Side]]:
        """Yield both sides, started where none live; end them on an error."""
        if self.living is None:
            self.living = self.stack.enter_context(both_sides(self.settings))
        try:
            yield self.living
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self.living = None
        self.stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
