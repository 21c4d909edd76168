"""The program of a side: `python -m comparisons.sides keras IN OUT`.

Reads requests from one pipe, runs them one after the other, and writes each
reply to another pipe. A reply is a result or the text of an error.
"""

import importlib
import os
import signal
import sys
import threading
import time
from multiprocessing.connection import Connection
from queue import SimpleQueue
from typing import Any

Asked = tuple[str, tuple[Any, ...]]


def main(name: str, into: int, out: int) -> None:
    # Only the parent reacts to Ctrl-C.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    requests: SimpleQueue[Asked] = SimpleQueue()
    source, replies = Connection(into), Connection(out)
    threading.Thread(
        target=receive, args=(source, requests), daemon=True
    ).start()
    began = time.monotonic()
    module = importlib.import_module(f"comparisons.sides.{name}.side")
    imported = time.monotonic() - began
    while True:
        function, args = requests.get()
        try:
            if function == "refuse":
                raise args[0]
            value = getattr(module.SIDE, function)(*args)
            if function == "start":
                value |= {"import_s": imported}
            replies.send(("done", value))
        except BaseException as error:  # a half may raise, or exit
            text = " ".join(str(error).split())[:300]
            replies.send(("failed", f"{type(error).__name__}: {text}"))


def receive(source: Connection, requests: "SimpleQueue[Asked]") -> None:
    """Queue incoming requests; exit when the parent has ended."""
    while True:
        try:
            requests.put(source.recv())
        except EOFError:
            os._exit(1)
        except Exception as error:  # the request cannot be unpickled
            requests.put(("refuse", (error,)))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
