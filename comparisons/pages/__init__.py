"""Pages to read pairs, atlas and results in: they open from disk, offline.

Why jinja2 and pygments: a page is a grid of two programs, which no tool knows.

Everything on a page is made from the sources that the tests run and from the
committed results. What is missing ends the build; nothing is written then.
"""
