"""The terminal: progress, complaints, and one line for what went wrong."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.markup import escape

from comparisons.common import RequestError
from shared_data import DataError

Say = Callable[[str], None]

# A log has no width of its own: give tables room there.
WIDTH = None if sys.stdout.isatty() else 160
console = Console(highlight=False, width=WIDTH)
errors = Console(stderr=True, highlight=False, soft_wrap=True)


@contextmanager
def progress(name: str) -> Iterator[Say]:
    """Yield what to tell of the work: a spinner, or plain lines in a log."""
    if console.is_terminal:
        with console.status(name) as status:
            yield lambda text: status.update(f"{name}: {text}")
    else:
        yield lambda text: console.print(f"{name}: {text}")


def complain(text: str) -> None:
    errors.print(f"comparisons: {escape(text)}")


@contextmanager
def one_line() -> Iterator[None]:
    """Turn what a person can do something about into one line and a status."""
    try:
        yield
    except (RequestError, DataError) as error:
        complain(str(error))
        raise typer.Exit(2) from None
    except OSError as error:
        where = f" at {error.filename}" if error.filename else ""
        complain(f"received {error.strerror or error}{where}; nothing is lost")
        raise typer.Exit(2) from None
    except KeyboardInterrupt:
        complain("interrupted; finished results are kept")
        raise typer.Exit(130) from None
