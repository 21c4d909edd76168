"""Starts side processes, sends them work and reports it when one dies.

TensorFlow and PyTorch never share a process: building a torch optimizer after
TensorFlow is loaded crashes. This parent process imports neither. A side is a
program, `python -m comparisons.sides keras`, connected by two pipes. Requests
go through one; replies come back through the other, in the same order.
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
    """What a side runs on.

    backend: the engine of the Keras half.
    threads: CPU threads.
    dedicated: whether nobody else uses the machine during the run.
    """

    backend: str = "tensorflow"
    device: str = "auto"
    threads: int = len(os.sched_getaffinity(0))
    dedicated: bool = False

    def environment(self) -> dict[str, str]:
        """Return the variables to set before the interpreter starts."""
        values = {
            "OMP_NUM_THREADS": str(self.threads),
            "KERAS_BACKEND": self.backend,
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "TF_ENABLE_ONEDNN_OPTS": "1",
            "NVIDIA_TF32_OVERRIDE": "0",
            # By default JAX uses all cores, and reserves most of a GPU's
            # memory.
            "NPROC": str(self.threads),
            "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
            "PYTHONHASHSEED": "0",
        }
        if not self.dedicated:
            # With spinning threads, another busy process can reverse which
            # framework is faster.
            values["OMP_WAIT_POLICY"] = "PASSIVE"
        if self.device == "cpu":
            values["CUDA_VISIBLE_DEVICES"] = ""
        return values


class Speaker(Protocol):
    """A side, or an object that forwards work to one."""

    doing: str

    def submit(self, function: str, *args: Any) -> "Future[Any]": ...

    def result(self, future: "Future[Any]") -> Any: ...

    def call(self, function: str, *args: Any) -> Any: ...


class Side:
    """One running side process. Close it, or use it as a context manager."""

    def __init__(self, name: Name, settings: Settings, folder: Path) -> None:
        self.name = name
        self.title = TITLES[name]
        self.log = folder / f"{name}.log"
        self.doing = "starting"
        self.waiting: deque[Future[Any]] = deque()
        self.lock = threading.Lock()
        interpreter = interpreter_of(name)
        environment = os.environ | settings.environment()
        # An empty folder: a user's keras.json must not change the model.
        environment["KERAS_HOME"] = str(folder)
        # PyTorch's compiler creates this folder when it is imported.
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
                # Its own process group: Ctrl-C reaches only the parent, and
                # `close` also ends the processes that a half started.
                start_new_session=True,
            )
        theirs_in.close()
        theirs_out.close()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()
        self.started = self.submit("start", settings.threads, settings.device)

    def submit(self, function: str, *args: Any) -> "Future[Any]":
        """Request a method of the side's engine; return without waiting."""
        future: Future[Any] = Future()
        future.set_running_or_notify_cancel()
        # The lock keeps both orders equal: replies come in that of requests.
        with self.lock, suppress(OSError):
            self.waiting.append(future)
            self.requests.send((function, args))
        if not self.reader.is_alive():  # nobody will answer
            self.give_up()
        return future

    def read(self) -> None:
        """Set the results of the waiting futures until the process ends."""
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
        """Fail all waiting futures with the reason of the process' death."""
        while self.waiting:
            with suppress(IndexError):  # the other thread emptied it first
                self.waiting.popleft().set_exception(self.death())

    def result(self, future: "Future[Any]") -> Any:
        """Wait for submitted work and return what it returned.

        Raises:
            SideDied: the process ended first. The message says why, and what
                it was doing.
            HalfFailed: the work raised an error in the process.
        """
        return future.result()

    def call(self, function: str, *args: Any) -> Any:
        return self.result(self.submit(function, *args))

    def facts(self) -> dict[str, Any]:
        """Wait until the process has started; return versions and device."""
        return self.result(self.started)

    def death(self) -> SideDied:
        """Return an error that gives the exit status and the last log line."""
        code: int | None = None
        with suppress(subprocess.TimeoutExpired):
            code = self.process.wait(timeout=5)
        reason = f"with exit status {code}"
        if code is not None and code < 0:
            reason = f"by signal {-code} ({signal.Signals(-code).name})"
        last = ""
        with suppress(OSError):  # its folder may be gone
            lines = self.log.read_text(errors="replace").split("\n")
            # TensorFlow's own log lines, "I0000 ...", do not explain it.
            said = [li for li in lines if li.strip() and not NOTE.match(li)]
            last = said[-1] if said else ""
        return SideDied(
            f"the {self.title} process was ended {reason} while {self.doing}"
            + (f"; its last words: {last.strip()[:200]}" if last else "")
            + "; what was finished is kept; run the same command again"
        )

    def close(self) -> None:
        """Kill the process and all processes that it started."""
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
    """Return the folders where a side finds modules that are not installed.

    These are this checkout, and what else is on the parent's path (the tests)
    but not in its installation: on a CUDA machine each side has an
    installation of its own.
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
    """Start both sides in parallel; end them at the end of the block.

    Their logs go to `folder`, or to a temporary one.
    """
    with tempfile.TemporaryDirectory(prefix="comparisons-") as temporary:
        folder = folder or Path(temporary)
        with (
            Side("keras", settings, folder) as keras,
            Side("torch", settings, folder) as torch,
        ):
            yield keras, torch


class Sides:
    """A pool of running pairs of sides. A context manager closes it.

    Tasks reuse the pairs, because importing TensorFlow takes longer than most
    proofs. Tasks that run at the same time get different pairs.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.lock = threading.Lock()
        self.free: list[Lent] = []
        self.living: list[Lent] = []

    @contextmanager
    def lent(self) -> Iterator[tuple[Side, Side]]:
        """Yield a free pair, or start one; end it on an error.

        After an error the sides may still have requests in their queues.
        These must not reach the next task.
        """
        with self.lock:
            pair = self.free.pop() if self.free else self.begin()
        try:
            yield pair.sides
        except BaseException:
            with self.lock, suppress(ValueError):  # `close` removed it first
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
        """End every pair, also those in use."""
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
    """A pair of sides, and the stack whose `close` ends both."""

    stack: ExitStack
    sides: tuple[Side, Side]
