"""Markdown as pages: the docs and the reports of results.

A link to a file of the repository leads to that file's page; without a page it
becomes plain text. Pictures are copied beside the pages.
"""

import io
import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup
from PIL import Image

from comparisons.common import RequestError
from comparisons.pages import colours
from comparisons.pages.sources import House

HALF = re.compile(r"(?:keras|torch)_impl/(chapter\w+)\.py")
ATLAS = re.compile(r"comparisons/differences/\w+/(?!__)(\w+)\.py")
OUTSIDE = re.compile(r"[a-z]+:")
COMMENT = re.compile(r"<!-- .*? -->\n?(?=\|)|<!-- .*? -->")


@dataclass
class Reader:
    """Turns Markdown into HTML and collects the pictures that it shows."""

    house: House
    pictures: dict[str, bytes] = field(default_factory=dict)

    def html(self, text: str, path: str, root: str = "../") -> Markup:
        """Return the Markdown of the file `path` of the repository as HTML.

        `root` leads from the page to the top folder of the site.

        Raises:
            RequestError: a picture that it shows is missing.
        """
        markdown = MarkdownIt(
            "commonmark",
            {"html": False, "highlight": highlighted},
        ).enable("table")
        # What programs look for in a page is not for its readers.
        tokens = markdown.parse(COMMENT.sub("", text))
        base = posixpath.dirname(path)
        anchors: set[str] = set()
        for i, token in enumerate(tokens):
            if token.type == "heading_open":
                anchor = slug(tokens[i + 1].content)
                if anchor not in anchors:  # only the first heading of a name
                    anchors.add(anchor)
                    token.attrSet("id", anchor)
            for child in token.children or []:
                if child.type == "image":
                    self.take_picture(child, base, root)
        for token in tokens:
            token.children = without_dead_links(
                token.children, partial(self.address, base=base, root=root)
            )
        html = markdown.renderer.render(tokens, markdown.options, {})
        # A wide table scrolls by itself; the keyboard can scroll it.
        html = html.replace("<table>", OPEN).replace("</table>", CLOSE)
        html = html.replace("<th></th>", "<td></td>")  # an empty header cell
        return Markup(html)

    def take_picture(self, image: Token, base: str, root: str) -> None:
        source = posixpath.normpath(
            posixpath.join(base, str(image.attrGet("src")))
        )
        where = self.house.root / source
        try:
            content = where.read_bytes()
        except OSError:
            raise RequestError(
                f"received no picture {where}; expected it beside its result; "
                "make it again with `make report`"
            ) from None
        name = picture_name(source)
        with opened(content, where) as picture:
            width, height = picture.size
        self.pictures[name] = content
        image.attrSet("src", root + name)
        image.attrSet("width", str(width))
        image.attrSet("height", str(height))

    def address(self, href: str, base: str, root: str) -> str | None:
        """Return the address of a link on a page; None if the site lacks it."""
        if OUTSIDE.match(href) or href.startswith("#"):
            return href
        path, _, anchor = href.partition("#")
        path = posixpath.normpath(posixpath.join(base, path))
        page = page_of(path, self.house)
        if page is None:
            return None
        return f"{root}{page}" + (f"#{anchor}" if anchor else "")


OPEN = (
    '<div class="scroll" tabindex="0" role="group" aria-label="Table"><table>'
)
CLOSE = "</table></div>"


def opened(content: bytes, path: Path) -> Image.Image:
    """Open a picture; pages keep room for it by its size.

    Raises:
        RequestError: it is no picture.
    """
    try:
        return Image.open(io.BytesIO(content))
    except OSError:
        raise RequestError(
            f"received {path}, which is no picture; expected one; make it "
            "again with `make report`"
        ) from None


def picture_name(source: str) -> str:
    """Return where a picture is copied to; folders become part of its name."""
    path = source.removeprefix("comparisons/results/")
    return f"pictures/{path.replace('/', '_')}"


def page_of(path: str, house: House) -> str | None:
    """Return the page of a file of the repository, if it has one."""
    half, difference = HALF.fullmatch(path), ATLAS.fullmatch(path)
    if half and half[1] in {task.stem for task in house.tasks}:
        return f"pairs/{half[1]}.html"
    if difference:
        return f"atlas/{difference[1]}.html"
    if path == "comparisons/differences":
        return "atlas.html"
    if path == "README.ko.md":
        return "ko.html"
    if path.startswith("docs/") and path.endswith(".md"):
        exists = (house.root / path).exists()
        return f"{path.removesuffix('.md')}.html" if exists else None
    return None


def without_dead_links(
    tokens: list[Token] | None, resolve: Callable[[str], str | None]
) -> list[Token] | None:
    """Return inline tokens; links without an address become text."""
    if tokens is None:
        return None
    kept, dead = [], 0
    for token in tokens:
        if token.type == "link_open":
            address = resolve(str(token.attrGet("href")))
            if address is None:
                dead += 1
                continue
            token.attrSet("href", address)
        elif token.type == "link_close" and dead:
            dead -= 1
            continue
        kept.append(token)
    return kept


def highlighted(code: str, language: str, _: str) -> str:
    return str(colours.block(code, language))


def slug(title: str) -> str:
    """Return the anchor of a heading: its words before a colon."""
    words = re.findall(r"\w+", title.split(":")[0].lower())
    return "-".join(words)


def title_of(text: str, path: str) -> str:
    """Return a document's title.

    Raises:
        RequestError: the text does not begin with a title.
    """
    found = re.match(r"# (.+)\n", text)
    if not found:
        raise RequestError(
            f"received {path} without a title; expected `# …` in its first "
            "line; write it"
        )
    return found[1].strip()
