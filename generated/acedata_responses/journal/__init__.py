"""The journal: keeps requests and their responses in a file, so that a crash loses none and none is paid for twice.

    from acedata_responses import Client

    with Client(journal="answers.db") as client:
        reply = client.responses.create(model="gpt-4o-mini", input="Say hello")

A request is recorded before it is sent, and its response before the caller gets it. If the same request is made again,
in this program or another one, today or next week, the response is read from the file. The file contains requests and
responses in plain text, so only its owner can read it. It never contains the token.
"""

from ._journal import Claim, Journal
from ._records import Record, State

__all__ = ["Claim", "Journal", "Record", "State"]
