"""The command `site`: see comparisons/site."""

import time
from pathlib import Path
from typing import Annotated

import typer

from comparisons.program import console, one_line
from comparisons.site import build

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
