"""A browser's part of the interactive page, over a real websocket: what it sends, and what comes back."""

from collections.abc import Iterator
from contextlib import contextmanager

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

ANSWER_WITHIN_S = 60


class StreamlitSession:
    """One tab on the page."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket

    def ask(self, query_string: str) -> None:
        """Ask for the page with these parameters, as a click or a reload does, and do not wait for it."""
        self._socket.send(rerun(query_string))

    def run(self, query_string: str) -> list[ForwardMsg]:
        """The page with these parameters: all messages up to the one that says it is done."""
        self.ask(query_string)
        return self.answer()

    def answer(self) -> list[ForwardMsg]:
        """Messages up to the next that says that a page is done."""
        messages = []
        while True:
            data = self._socket.recv(ANSWER_WITHIN_S)
            assert isinstance(data, bytes)
            message = ForwardMsg.FromString(data)
            messages.append(message)
            if message.WhichOneof("type") == "script_finished":
                return messages


def rerun(query_string: str) -> bytes:
    return bytes(BackMsg(rerun_script=ClientState(query_string=query_string)).SerializeToString())


@contextmanager
def streamlit_session(address: str) -> Iterator[StreamlitSession]:
    """A session with the portal at this address ("http://host:port")."""
    url = f"{address.replace('http://', 'ws://', 1)}/_stcore/stream"
    with connect(url, subprotocols=[Subprotocol("streamlit")], max_size=None, compression=None) as socket:
        yield StreamlitSession(socket)
