"""Whole documents around a drawn page: the plain one, and what stands in the frame of the interactive one at first."""

import re
from typing import Final

from markupsafe import Markup

from portal.bundles import FIRST_FONT, early, scripts, styles
from portal.i18n import LANGUAGES, Language
from portal.links import PlainLinks
from portal.pages import Drawing, Drawn
from portal.rendering import around_the_box, render

# Attributes that are names of elements. Text holds no quotation marks: they are escaped.
_NAMED: Final = re.compile(r'\b(id|for|list|popovertarget|aria-labelledby|aria-describedby|aria-controls)="')


def plain_document(drawing: Drawing, drawn: Drawn) -> str:
    """A whole HTML document around a page, for browsers without JavaScript and for machines."""
    alternates = [(hl, _in_language(drawn.canonical, hl)) for hl in LANGUAGES] if drawn.canonical else []
    # A reader's box searches inside the book, and the form for several fields holds its search in words of people:
    # the one above them is for another search.
    asked = drawing.state.asking("") if drawn.view in ("reader", "advanced") else drawing.state.closing()
    for_children = drawn.view == "children"
    around = around_the_box(asked, interactive=False)
    form = render("_children_form.html" if for_children else "_form.html", {"t": drawing.t, **around})
    return render(
        "page.html",
        {
            "t": drawing.t,
            "styles": styles().address,
            "scripts": scripts().address,
            "early": early().address,
            "font": FIRST_FONT,
            "title": drawn.title,
            "header": drawn.header,
            "form": form,
            "band": "band children-band" if for_children else "band",
            "body": drawn.body,
            "footer": drawn.footer,
            "indexed": drawn.indexed,
            "canonical": drawn.canonical,
            "alternates": alternates,
            "feed": drawing.state.followed().query_string() if drawn.view.startswith("results ") else "",
            "head": drawn.head,
        },
    )


def first_sight(drawing: Drawing, drawn: Drawn) -> Markup:
    """A page as it stands in the frame until the interactive one is there. Its ids are none of that one's."""
    state = drawing.state
    html = render(
        "_first.html",
        {
            "t": drawing.t,
            "plain": PlainLinks().record(state, state.id) if state.id else PlainLinks().search(state),
            "header": drawn.header,
            "form": render("_form.html", {"t": drawing.t, **around_the_box(state.closing(), interactive=True)}),
            "body": drawn.body,
            "footer": drawn.footer,
        },
    )
    plain = str(html).replace('action="/cari"', 'action="/"')
    return Markup(_NAMED.sub(r'\1="awal-', plain))  # noqa: S704 - what was rendered above


def _in_language(address: str, hl: Language) -> str:
    return f"{address}?hl={hl}"
