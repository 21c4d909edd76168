"""A report as one HTML file that needs nothing beside itself.

The text is the Markdown reports', so that both say the same. Pictures are in
the file, made small; losses are drawn anew as SVG. No script runs.
"""

import base64
import io
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token
from PIL import Image

from comparisons.report import markdown as reports
from comparisons.report.checks import failures
from comparisons.report.losses import losses_svg
from comparisons.report.overview import memories
from comparisons.report.pictures import webp
from comparisons.report.summary import counts, head, headline, machines
from comparisons.results import Result

STYLE = Path(__file__).with_name("style.css")
MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
WIDTH, LARGEST = 900, 40_000  # pixels and bytes of a picture in the page
LOWER = {"h1": "h2", "h2": "h3", "h3": "h4"}


def page(
    results: Sequence[Result],
    exhibits: Mapping[str, bytes],
    changes: str = "",
) -> str:
    """Return the page.

    Args:
        results: in the order of the book.
        exhibits: WebP files of what halves show, by task.
        changes: Markdown of what changed since earlier results, if asked.
    """
    failed = any(failures(result) for result in results)
    title = escape(headline(results))
    told = head(results).partition("\n")[2].replace("## ", "# ")
    state = "banner failed" if failed else "banner"
    parts = [
        f"<h1>{title}</h1>",
        f'<p class="{state}">{escape(counts(results))}.</p>',
        rendered(told),
        f"<section>{rendered(changes)}</section>" if changes else "",
        "<h2>The pairs</h2>",
        rendered(reports.table_of_pairs(results, lambda task: f"#{task}")),
        rendered(machines(results)),
        *(rendered(grid.markdown()) for grid in memories(results)),
        "<h2>Pair by pair</h2>",
        *(section(r, exhibits.get(r.task)) for r in results),
    ]
    body = "\n".join(part for part in parts if part)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{title}</title>\n<style>\n{STYLE.read_text('utf-8')}</style>\n"
        f"</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def section(result: Result, exhibit: bytes | None) -> str:
    """Return a task's report, folded unless it does not hold."""
    broken = bool(failures(result))
    opened = ' class="failed" open' if broken else ""
    pictures = {}
    if result.shown:
        pictures[f"{result.task}.webp"] = losses_svg(result.shown)
    if exhibit:
        pictures[f"{result.task}_exhibit.webp"] = inlined(exhibit)
    _, _, text = reports.markdown(result).partition("\n")
    state = "does not hold" if broken else "holds"
    title = f"{result.section} {result.title}"
    return (
        f"<details{opened}>\n"
        f"<summary>{escape(title)} "
        f'<span class="state">{state}</span></summary>\n'
        # The anchor is inside: a link to it opens what is folded.
        f'<div class="task" id="{result.task}">\n'
        f'<p class="quiet"><code>{result.task}</code></p>\n'
        f"{rendered(text, pictures)}</div>\n</details>"
    )


def rendered(text: str, pictures: Mapping[str, str] | None = None) -> str:
    """Return the HTML of Markdown, one heading lower.

    `pictures` are what stands in the place of images, by their address; of
    one that is not there nothing is left.
    """
    tokens = MARKDOWN.parse(text)
    row: Token | None = None
    for token in tokens:
        if token.type == "tr_open":
            row = token
        elif token.type.startswith("heading"):
            token.tag = LOWER.get(token.tag, token.tag)
        elif token.type == "inline":
            if row and token.content.startswith("✗"):
                row.attrSet("class", "failed")
            for child in token.children or []:
                if child.type == "image":
                    address = str(child.attrs["src"])
                    child.type = "html_inline"
                    child.content = (pictures or {}).get(address, "")
    return str(MARKDOWN.renderer.render(tokens, MARKDOWN.options, {}))


def inlined(picture: bytes) -> str:
    """Return a picture as an element that holds it, smaller than it was."""
    with Image.open(io.BytesIO(picture)) as whole:
        small = whole.convert("RGB")
    small.thumbnail((WIDTH, 4 * WIDTH))
    held = base64.b64encode(webp(small, LARGEST)).decode()
    return (
        f'<img src="data:image/webp;base64,{held}" alt="Both halves\' pictures"'
        f' width="{small.width}" height="{small.height}">'
    )
