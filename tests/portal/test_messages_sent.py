"""What one page of the interactive portal sends to the browser, counted at a real websocket."""

from collections import Counter

import pytest

from tests.support.browsing import Portal
from tests.support.small_library import EBOOK_ID, REEF_ID
from tests.support.streamlit_session import streamlit_session

MOST = 30


@pytest.mark.parametrize(
    "query", ["", "q=membaca", "q=membaca&size=100", "q=zzzqq", f"id={REEF_ID}", f"q=anggaran&id={EBOOK_ID}"]
)
def test_a_page_is_a_few_messages_whatever_is_on_it(portal: Portal, query: str) -> None:
    with streamlit_session(portal.address) as session:
        session.run("q=karang")
        sent = Counter(message.WhichOneof("type") for message in session.run(query))
    assert sum(sent.values()) <= MOST
    assert sent["delta"] <= 12  # hits and facets are one block, not an element each
