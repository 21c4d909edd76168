"""The command `new`."""

from typing import Annotated

import typer

from comparisons.console import console, one_line
from comparisons.new import skeleton

app = typer.Typer()


@app.command()
def new(
    stem: Annotated[
        str, typer.Argument(metavar="TASK", help="As chapter13_name.")
    ],
    section: Annotated[
        str, typer.Option(help="Section of the book; else the chapter's first.")
    ] = "",
    title: Annotated[
        str, typer.Option(help="What the task is, in a few words.")
    ] = "",
) -> None:
    """Write the three files of a new pair, and its row in tasks.py."""
    with one_line():
        written = skeleton.write(skeleton.wanted(stem, section, title))
    for path in written:
        console.print(f"wrote {path}", soft_wrap=True)
    console.print(
        "Its model is a small dense network on digits: write yours in its "
        "place.\n"
        f"Next: python -m comparisons verify {stem}; then see CONTRIBUTING.md",
        soft_wrap=True,
    )
