"""Many requests at once: yields results as they arrive, with bounded memory, within the limits and a budget.

    with Client(journal="answers.db") as client:
        for result in client.responses.map({"model": "gpt-4o-mini", "input": text} for text in texts):
            print(result.key, result.reply.output_text if result.reply else result.error)

With a journal, a second run only sends the requests that the first run did not finish.
"""

from ._budget import Budget
from ._results import Result

__all__ = ["Budget", "Result"]
