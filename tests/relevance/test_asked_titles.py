"""The titles that are asked for: the same questions every time, each in every way, the book itself always right."""

from tests.relevance.asked_titles import WAYS, asked_titles


def test_each_way_is_asked_as_often_the_same_every_time() -> None:
    few = asked_titles(5)
    assert few.queries == asked_titles(5).queries
    assert {kind: len([one for one in few.queries if one.kind == kind]) for kind in few.kinds} == dict.fromkeys(WAYS, 5)


def test_the_book_itself_is_always_right() -> None:
    assert all(query.id.removeprefix(f"{query.kind}-") in query.relevant for query in asked_titles(20).queries)
