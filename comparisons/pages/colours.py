"""Highlighted Python: one line of HTML for each line of a source.

CSS classes are short: k keyword, s string, m number, c comment, f a defined
name, b a built-in; w marks a name whose uses a page can highlight.
"""

import functools
import re
from collections.abc import Callable

from markupsafe import Markup, escape
from pygments.lexers import PythonLexer, get_lexer_by_name
from pygments.token import (
    Comment,
    Keyword,
    Name,
    Number,
    Operator,
    String,
    _TokenType,
)
from pygments.util import ClassNotFound

# The first that a token's type lies in.
CLASSES = (
    (Comment, "c"),
    (Keyword, "k"),
    (Operator.Word, "k"),
    (String.Interpol, ""),
    (String, "s"),
    (Number, "m"),
    (Name.Function, "f"),
    (Name.Class, "f"),
    (Name.Decorator, "f"),
    (Name.Builtin.Pseudo, ""),
    (Name.Builtin, "b"),
)
# `self` is everywhere: to light it up would say nothing.
SILENT = Name.Builtin.Pseudo
ENTRY = re.compile(r"`([a-z0-9]+(?:_[a-z0-9]+)+)`")

Link = Callable[[str], str | None]


def entries_in(text: str) -> list[str]:
    """Return the names in backquotes that look like entries of the atlas."""
    return ENTRY.findall(text)


def coloured(source: str, link: Link = lambda _: None) -> list[Markup]:
    """Return the lines of a source as HTML, without line ends.

    `link` returns the address of an entry of the atlas, or None. Names of
    entries in backquotes, in comments and docstrings, become links.
    """
    lexer = PythonLexer(stripnl=False, ensurenl=False)
    lines = [""]
    for kind, text in lexer.get_tokens(source):
        first, *rest = text.split("\n")
        lines[-1] += dressed(kind, first, link)
        lines += [dressed(kind, part, link) for part in rest]
    return [Markup(line) for line in lines]


def dressed(kind: _TokenType, text: str, link: Link) -> str:
    """Return one token, or what of it lies on one line, as HTML."""
    if not text:
        return ""
    told = kind in Comment or kind in String.Doc
    inner = linked(text, link) if told else str(escape(text))
    found = class_of(kind)
    if is_word(kind, text):
        found = f"{found} w".strip()
    return f'<span class="{found}">{inner}</span>' if found else inner


@functools.cache
def class_of(kind: _TokenType) -> str:
    return next((c for known, c in CLASSES if kind in known), "")


def is_word(kind: _TokenType, text: str) -> bool:
    """Whether a token is a name; in Keras a layer's is a string."""
    named = kind in Name and kind not in SILENT
    return (named or kind in String) and text.isidentifier()


def linked(text: str, link: Link) -> str:
    """Return text as HTML, with links where it names entries of the atlas."""
    parts, end = [], 0
    for found in ENTRY.finditer(text):
        address = link(found[1])
        if address:
            parts += [
                str(escape(text[end : found.start()])),
                f'`<a href="{escape(address)}">{escape(found[1])}</a>`',
            ]
            end = found.end()
    return "".join([*parts, str(escape(text[end:]))])


def prose(text: str, link: Link = lambda _: None) -> Markup:
    """Return a plain text whose names in backquotes are code, or links."""
    parts = []
    for i, part in enumerate(text.split("`")):
        if i % 2:
            code = Markup("<code>{}</code>").format(part)
            address = link(part)
            anchor = Markup('<a href="{}">{}</a>')
            parts.append(anchor.format(address, code) if address else code)
        else:
            parts.append(escape(part))
    return Markup("").join(parts)


def block(source: str, language: str) -> Markup:
    """Return a block of a document; without colours where it is no Python."""
    try:
        python = language and isinstance(
            get_lexer_by_name(language), PythonLexer
        )
    except ClassNotFound:
        python = False
    text = source.rstrip("\n")
    lines = coloured(text) if python else [escape(text)]
    whole = Markup("\n").join(lines)
    return Markup('<pre class="block"><code>{}\n</code></pre>').format(whole)
