"""How much each word of a question tells of it, by how rare the word is in the catalogue.

A model of meaning that adds up words knows how rare they are in its language, not in this catalogue: to a library of
library science, "information" says nothing. In a question of a few words each was chosen; in a whole paragraph most only
stand around the few that count. So the longer a question is, the more rarity counts in it.
"""

from collections.abc import Mapping, Sequence
from math import log
from typing import Final

# In fewer words than these rarity changes nothing, and the index is not asked.
FEWEST_WORDS: Final = 4
# The power that rarity counts by: so much for each word, to this end. Of 0.03 and 0.05 a word, 0.25 and 0.4 beside less
# for each, and the same from 0.25 to 1 for all lengths, this one lost on no judged set, by meaning alone or beside words,
# and gained most where questions are long: docs/decisions/0004-fusion.md.
_BY_WORD: Final = 0.03
_AT_MOST: Final = 0.75


def telling(words: Sequence[str], commonness: Mapping[str, float]) -> Mapping[str, float]:
    """What each word counts compared with the others; all are more than 0.

    words: those of the question, in order, folded, as often as they stand. commonness: as search.engine.Searcher gives
    it; what counts is the logarithm of its inverse (Spärck Jones 1972, "A statistical interpretation of term specificity").
    """
    power = min(_AT_MOST, _BY_WORD * len(words))
    return {word: log(1 + 1 / commonness[word]) ** power for word in dict.fromkeys(words)}
