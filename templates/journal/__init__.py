"""The journal: paid requests and their answers on disk, so that no crash loses an answer and nothing is paid twice.

    from acedata_responses import Client

    with Client(journal="answers.db") as client:
        reply = client.responses.create(model="gpt-4o-mini", input="Say hello")

A request is written down before it is sent, and its answer before the caller gets it. The same request again, in this
program or another one, today or next week, is answered from the file. The file holds the requests and the answers as
they are, so it is made readable for its owner alone; it never holds the token.
"""

from ._journal import Claim, Journal
from ._records import Record, State

__all__ = ["Claim", "Journal", "Record", "State"]
