"""Side processes: start one, send it work, survive its death.

TensorFlow and PyTorch never share a process (building a torch optimizer
after TensorFlow is loaded crashes), and this parent imports neither. A side
is a program, `python -m comparisons.sides keras`, at the other end of two
pipes: requests go in, replies come back in the same order.
"""

import os
import re
import signal
import site
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import Pipe
from pathlib import Path
from typing import Any, Protocol, Self

from comparisons.common import (
    TITLES,
    HalfFailed,
    Name,
    SideDied,
    interpreter_of,
)

NOTE = re.compile(r"[IW]\d{4} ")
ROOT = Path(__file__).parents[2]


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


class Speaker(Protocol):
    """A side, or what stands before one and speaks for it."""

    doing: str

    def submit(self, function: str, *args: Any) -> "Future[Any]": ...

    def result(self, future: "Future[Any]") -> Any: ...

    def call(self, function: str, *args: Any) -> Any: ...


class Side:
    """One living side process. Close it, or use it as a context manager."""

    def __init__(self, name: Name, settings: Settings, folder: Path) -> None:
        self.name = name
        self.title = TITLES[name]
        self.log = folder / f"{name}.log"
        self.doing = "starting"
        self.waiting: deque[Future[Any]] = deque()
        self.lock = threading.Lock()
        interpreter = interpreter_of(name)
        environment = os.environ | settings.environment()
        # A user's keras.json must not change the model.
        environment["KERAS_HOME"] = str(folder)
        # PyTorch's compiler makes a folder as soon as it is imported.
        environment["TORCHINDUCTOR_CACHE_DIR"] = str(folder)
        environment["PYTHONPATH"] = os.pathsep.join(module_path())
        theirs_in, self.requests = Pipe(duplex=False)
        self.replies, theirs_out = Pipe(duplex=False)
        ends = theirs_in.fileno(), theirs_out.fileno()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [interpreter, "-P", "-m", "comparisons.sides", name]
                + [str(end) for end in ends],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
                pass_fds=ends,
                # Ctrl-C is the parent's; and all that a half starts ends
                # with its group.
                start_new_session=True,
            )
        theirs_in.close()
        theirs_out.close()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()
        self.started = self.submit("start", settings.threads, settings.device)

    def submit(self, function: str, *args: Any) -> "Future[Any]":
        """Ask for `function` of the side's engine; returns at once."""
        future: Future[Any] = Future()
        future.set_running_or_notify_cancel()
        with self.lock, suppress(OSError):  # replies come in this order
            self.waiting.append(future)
            self.requests.send((function, args))
        if not self.reader.is_alive():  # nobody will answer
            self.give_up()
        return future

    def read(self) -> None:
        """Hand replies to those who wait, until the process ends."""
        with suppress(EOFError, OSError):
            while True:
                told, value = self.replies.recv()
                future = self.waiting.popleft()
                if told == "done":
                    future.set_result(value)
                else:
                    future.set_exception(HalfFailed(f"{self.title}: {value}"))
        self.give_up()

    def give_up(self) -> None:
        """Tell all who wait that there is nobody to answer."""
        while self.waiting:
            with suppress(IndexError):  # the other thread was faster
                self.waiting.popleft().set_exception(self.death())

    def result(self, future: "Future[Any]") -> Any:
        """Wait for work that was submitted.

        Raises:
            SideDied: the process ended first; says why and during what.
            HalfFailed: the work raised an error in the process.
        """
        return future.result()

    def call(self, function: str, *args: Any) -> Any:
        return self.result(self.submit(function, *args))

    def facts(self) -> dict[str, Any]:
        """Return versions and device, once the process is up."""
        return self.result(self.started)

    def death(self) -> SideDied:
        """Return how the process ended, and what it said last."""
        code: int | None = None
        with suppress(subprocess.TimeoutExpired):
            code = self.process.wait(timeout=5)
        reason = f"with exit status {code}"
        if code is not None and code < 0:
            reason = f"by signal {-code} ({signal.Signals(-code).name})"
        last = ""
        with suppress(OSError):  # its folder may be gone
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
        """End the process and all that it started, whatever they are doing."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.reader.join()
        self.requests.close()
        self.replies.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def module_path() -> list[str]:
    """Return where a side looks for modules beside its installed packages.

    What is no part of the parent's installation goes with it: this checkout,
    and the tests. On a CUDA machine a side has packages of its own.
    """
    installed = sys.prefix, sys.base_prefix, site.getuserbase()
    return [
        str(ROOT),
        *(
            folder
            for folder in sys.path
            if folder
            and not any(Path(folder).is_relative_to(i) for i in installed)
        ),
    ]


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
    """Pairs of sides, lent from task to task; a context manager ends them.

    To import TensorFlow takes longer than most proofs. Several tasks may
    borrow at once: each has a pair of its own.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.lock = threading.Lock()
        self.free: list[Lent] = []
        self.living: list[Lent] = []

    @contextmanager
    def lent(self) -> Iterator[tuple[Side, Side]]:
        """Yield a pair, started where none is free; end it on an error.

        What a task has left undone dies with the sides that were to do it.
        """
        with self.lock:
            pair = self.free.pop() if self.free else self.begin()
        try:
            yield pair.sides
        except BaseException:
            with self.lock, suppress(ValueError):  # `close` was faster
                self.living.remove(pair)
            pair.stack.close()
            raise
        with self.lock:
            self.free.append(pair)

    def begin(self) -> "Lent":
        stack = ExitStack()
        pair = Lent(stack, stack.enter_context(both_sides(self.settings)))
        self.living.append(pair)
        return pair

    def close(self) -> None:
        """End every pair, whatever it is doing."""
        with self.lock:
            ended, self.living, self.free = self.living, [], []
        for pair in ended:
            pair.stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@dataclass(eq=False)
class Lent:
    """A pair of sides, and what ends it."""

    stack: ExitStack
    sides: tuple[Side, Side]
