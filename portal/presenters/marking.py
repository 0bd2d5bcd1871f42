"""Found words as HTML. The only module that makes markup out of catalogue text."""

from markupsafe import Markup, escape

from search.results import Highlight


def marked(highlight: Highlight) -> Markup:
    """The text, escaped, with <mark> around what matches.

    >>> marked(Highlight("<b>laut</b>", ((3, 7),)))
    Markup('&lt;b&gt;<mark>laut</mark>&lt;/b&gt;')
    """
    parts = []
    done = 0
    for start, end in highlight.marks:
        parts.append(escape(highlight.text[done:start]))
        parts.append(Markup("<mark>{}</mark>").format(highlight.text[start:end]))
        done = end
    parts.append(escape(highlight.text[done:]))
    return Markup("").join(parts)
