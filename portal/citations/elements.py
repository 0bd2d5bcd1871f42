"""Elements of a style that draw what citeproc-py's own draw otherwise than CSL 1.0.2 has it."""

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any, Final

from citeproc import CitationStylesStyle, model
from citeproc.source.json import CiteProcJSON
from citeproc.string import NoCase
from lxml import etree

from portal.citations.finishing import inner_quotes, title_case

_NAMESPACE: Final = "http://purl.org/net/xbiblio/csl"
_NICKNAME: Final = re.compile(r"""["“”][^"“”]*["“”]?|(?<!\w)[‘'][^‘’']*[’'](?!\w)""")


class Source(CiteProcJSON):  # type: ignore[misc]
    """Items of CSL-JSON. That a director is a name the processor does not know: any list is one of names. It looks for
    names of two words, as "editor-translator", otherwise than it keeps them."""

    def add(self, entry: Any) -> None:
        entry.update({role.replace("_", "-"): held for role, held in entry.items() if isinstance(held, list)})
        super().add(entry)

    def parse_string(self, string: Any) -> Any:
        return self.parse_names(string) if isinstance(string, list) else super().parse_string(string)


def mended_style(source: bytes, locale: str) -> Any:
    """The style as citeproc-py loads it, with elements of ours among its own."""
    style = CitationStylesStyle(BytesIO(source), locale=locale, validate=False)
    lookup = etree.ElementNamespaceClassLookup()
    classes = lookup.get_namespace(_NAMESPACE)
    classes[None] = model.CitationStylesElement
    own = {
        "text": _Text,
        "number": _Number,
        "label": _Label,
        "names": _Names,
        "name": _Name,
        "substitute": _Substitute,
    }
    for cls in model.CitationStylesElement.__subclasses__():
        name = cls.__name__.replace("_", "-").lower()
        classes[name] = own.get(name, cls)
    style.parser.set_element_class_lookup(lookup)
    style.xml = etree.parse(BytesIO(source), style.parser)
    style.root = style.xml.getroot()
    style.root.set_locale_list(locale, validate=False)
    return style


def initials(given: str, mark: str, *, hyphens: bool = True) -> str:
    """The first letters of given names; particles and writings without capitals stay whole, nicknames are left out.

    mark: what follows each letter. hyphens: whether parts of a name stay joined; without them each is a name by itself.

    >>> initials("Young-ran", ". "), initials("Miguel de", ". "), initials("T'ai-tai", ". "), initials("N.St.", ". ")
    ('Y.-r.', 'M. de', 'T.-t.', 'N. S.')
    >>> initials('Henry "Red"', ". "), initials("Young-ran", "", hyphens=False), initials("思豪", ". ")
    ('H.', 'YR', '思豪')
    """
    words = _NICKNAME.sub(" ", given).replace(".", " ").split()
    drawn = [_initial(word, mark, hyphens) for word in words]
    text = ""
    for made, particle in drawn:
        text += f" {made} " if particle else made
    return " ".join(text.split())


def _initial(word: str, mark: str, hyphens: bool) -> tuple[str, bool]:
    """What stands for a word, and whether it is the word itself."""
    letters = [next(filter(str.isalpha, part), "") for part in word.split("-")]
    if not any(letter.isupper() for letter in letters):
        return word, True
    if not letters[0].isupper():  # al-Rahman
        particle, _, rest = word.partition("-")
        return f"{particle}-{_initial(rest, mark, hyphens)[0]}", False
    if hyphens:
        return "-".join(f"{letter}{mark.rstrip()}" for letter in letters if letter) + mark[len(mark.rstrip()) :], False
    return "".join(f"{letter.upper()}{mark}" for letter in letters if letter), False


class _Once:
    """Draws no variable that has stood in for a missing name.

    CSL 1.0.2, "Substitute": "substituted variables are suppressed in the rest of the output". The processor knows this
    of a variable named in the substitute itself, not of those in a macro or a condition there, nor of names.
    """

    def draw(self, variable: str, context: Any, drawn: Callable[[], Any]) -> Any:
        """What `drawn` gives, None for what stood in for a name."""
        seen: dict[str, list[str]] = context.get_layout().repressed
        if variable in seen.get("substituted", ()):
            return None
        text = drawn()
        if text:
            seen.setdefault("drawn", []).append(variable)
        return text


class _Text(_Once, model.Text):  # type: ignore[misc]
    def process(self, item: Any, context: Any = None, **rest: Any) -> Any:
        """The text and its language, "" where the item says none: the processor takes that for English."""
        text, language = super().process(item, context, **rest)
        return text, language if "language" in item.reference else ""

    def case(self, text: Any, language: str | None = None) -> Any:
        # Of NoCase are parts of a text that are never to be changed.
        if self.get("text-case") != "title" or any(isinstance(part, NoCase) for part in text):
            return super().case(text, language)
        return title_case(str(text)) if language == "en" else text

    def quote(self, string: Any) -> Any:
        if self.get("quotes", "false") == "true":
            marks = (self.get_single_term(name=f"{side}-inner-quote") for side in ("open", "close"))
            string = inner_quotes(str(string), *marks)
        return super().quote(string)

    def _variable(self, item: Any, context: Any) -> Any:
        return self.draw(self.get("variable"), context, lambda: super(_Text, self)._variable(item, context))


class _Number(_Once, model.Number):  # type: ignore[misc]
    def process(self, item: Any, context: Any = None, **rest: Any) -> Any:
        process = super().process
        outer = self if context is None else context  # an element without children is as good as false
        return self.draw(self.get("variable"), outer, lambda: process(item, context=context, **rest))


class _Label(model.Label):  # type: ignore[misc]
    """CSL 1.0.2, "Label": drawn where its variable is. The processor draws it where that is empty or has stood in for a
    name, too: "(ed.)", "Edition"."""

    def process(self, item: Any, variable: Any = None, plural: Any = None, context: Any = None, **rest: Any) -> Any:
        own = self.get("variable")
        if variable is None and own != "locator":
            outer = self if context is None else context
            if own.replace("-", "_") not in item.reference or own in outer.get_layout().repressed.get(
                "substituted", ()
            ):
                return None
        return super().process(item, variable=variable, plural=plural, context=context, **rest)


class _Names(model.Names):  # type: ignore[misc]
    def process(self, item: Any, names_context: Any = None, context: Any = None, **rest: Any) -> Any:
        process = super().process
        if names_context is None and self.name is None:
            names_context = self._stands_in_for()
        variable = self.get("variable")
        held = [role for role in variable.split() if role in item.reference]
        if not held:  # then something else is drawn in their place
            return process(item, names_context=names_context, context=context, **rest)
        seen: dict[str, list[str]] = (self if context is None else context).get_layout().repressed
        left = [role for role in held if role not in seen.get("substituted", ())]
        if not left or self._follows_another(seen):
            return None
        self.set("variable", " ".join(left))
        try:
            text = process(item, names_context=names_context, context=context, **rest)
        finally:
            self.set("variable", variable)
        if text:
            seen.setdefault("drawn", []).extend(left)
        return text

    def _follows_another(self, seen: dict[str, list[str]]) -> bool:
        """Whether other names stand in already. Of a condition in a substitute the processor draws all that is in it."""
        inside = next(iter(self.xpath_search("./ancestor::cs:substitute[1]")), None)
        return inside is not None and len(seen.get("drawn", ())) > len(seen.get("before", ()))

    def _stands_in_for(self) -> Any:
        """The names whose form and label these take, None for none.

        CSL 1.0.2, "Substitute": names without a form of their own take that of the element they stand in for. The processor
        does so right inside the substitute, not in a condition there: Chicago's editors.
        """
        return next(iter(self.xpath_search("./ancestor::cs:substitute[1]/parent::cs:names")), None)


class _Substitute(model.Substitute):  # type: ignore[misc]
    def render(self, item: Any, context: Any = None, **rest: Any) -> Any:
        seen: dict[str, list[str]] = context.get_layout().repressed
        before = seen["before"] = list(seen.get("drawn", ()))
        text = super().render(item, context=context, **rest)
        if text:
            seen.setdefault("substituted", []).extend(seen.get("drawn", ())[len(before) :])
        return text


class _Name(model.Name):  # type: ignore[misc]
    def initialize(self, given: str, mark: str, context: Any) -> str:
        return initials(given, mark, hyphens=self.get_option("initialize-with-hyphen", context))
