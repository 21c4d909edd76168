"""Pages to read pairs, the atlas and results in; they open without a network.

They are made with jinja2 and pygments, because a page shows two programs side
by side and no documentation tool does that.

A page has only what the sources and the committed results say. If one of them
is missing, the build stops and writes nothing.
"""
