"""Found words as HTML. The only module that makes markup out of catalogue text."""

from markupsafe import Markup, escape

from search.results import Highlight


def marked(highlight: Highlight) -> Markup:
    """The text, escaped, with <mark> around what matches.

    >>> marked(Highlight("<b>laut</b>", ((3, 7),)))
    Markup('&lt;b&gt;<mark>laut</mark>&lt;/b&gt;')
    """
    text, done, parts = highlight.text, 0, []
    for start, end in highlight.marks:
        parts += [escape(text[done:start]), "<mark>", escape(text[start:end]), "</mark>"]
        done = end
    # Put together as text: to escape what is escaped takes longer than all else.
    return Markup("".join([*parts, escape(text[done:])]))  # noqa: S704
