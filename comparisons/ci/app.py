"""Commands that publish: reports, what changed, the gate, and notebooks."""

from pathlib import Path
from typing import Annotated

import typer

from comparisons.ci import command as publishing
from comparisons.ci.index import schema_text
from comparisons.environment import ROOT
from comparisons.notebooks import command as making
from comparisons.options import OutOption
from comparisons.program import console, one_line

app = typer.Typer()
COMMITTED = ROOT / "comparisons" / "results"

CompareOption = Annotated[
    tuple[Path, Path] | None,
    typer.Option(
        "--compare",
        metavar="OLD NEW",
        help="Tell what changed between two folders of results; with --out "
        "write the report of NEW, too.",
    ),
]
GateOption = Annotated[
    bool,
    typer.Option(
        "--gate",
        help="With --compare: exit with 1 where NEW does not hold what OLD "
        "held. Timing is never judged.",
    ),
]
ExpectOption = Annotated[
    list[str] | None,
    typer.Option(
        "--expect",
        metavar="TASK|chapterN|all",
        help="With --compare: what NEW was meant to have; if not said, all "
        "that OLD has.",
    ),
]


@app.command()
def report(
    results: Annotated[
        Path | None,
        typer.Option(
            help="Folder of finished results; if not said, the committed ones."
        ),
    ] = None,
    out: OutOption = None,
    readme: Annotated[
        bool, typer.Option("--readme", help="Rewrite the README's table.")
    ] = False,
    compare: CompareOption = None,
    gate: GateOption = False,
    expect: ExpectOption = None,
    schema: Annotated[
        bool, typer.Option("--schema", help="JSON Schema of index.json.")
    ] = False,
) -> None:
    """Write HTML, Markdown, JUnit XML and an index of finished results.

    With --compare, tell what changed between two folders of them.
    """
    if schema:
        print(schema_text(), end="")
        return
    asked = publishing.Asked(
        results, out, readme, compare, gate, tuple(expect or ())
    )
    with one_line():
        held = publishing.report(asked, COMMITTED)
    if not held:
        raise typer.Exit(1)


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
        written = making.write(names or ["all"], out)
    console.print(f"wrote {len(written)} notebooks to {out}")
