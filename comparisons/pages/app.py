"""The commands `site` and `notebooks`."""

import time
from pathlib import Path
from typing import Annotated

import typer

from comparisons.console import console, one_line
from comparisons.pages import build, notebook_files

app = typer.Typer()


@app.command()
def site(
    out: Annotated[Path, typer.Option(help="Folder for the pages.")] = Path(
        "site"
    ),
) -> None:
    """Write pages to read pairs, atlas and results in; no network needed."""
    began = time.monotonic()
    with one_line():
        written = build.write(build.make(), out)
    pages = [path for path in written if path.suffix == ".html"]
    seconds = time.monotonic() - began
    console.print(
        f"wrote {len(pages)} pages in {seconds:.1f} s; "
        f"open {out / 'index.html'}",
        soft_wrap=True,
    )


@app.command()
def notebooks(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="TASK|chapterN|all", show_default=False),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for the notebooks.")] = Path(
        "notebooks"
    ),
) -> None:
    """Make a notebook of each half, from its source."""
    with one_line():
        written = notebook_files.write(names or ["all"], out)
    console.print(f"wrote {len(written)} notebooks to {out}")
