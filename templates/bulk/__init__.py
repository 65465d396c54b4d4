"""Many requests at once: results as they come, in bounded memory, within the limits and a budget.

    with Client(journal="answers.db") as client:
        for result in client.responses.map({"model": "gpt-4o-mini", "input": text} for text in texts):
            print(result.key, result.reply.output_text if result.reply else result.error)

With a journal a second run pays only for what the first one left.
"""

from ._budget import Budget, BudgetExhaustedError
from ._results import Result

__all__ = ["Budget", "BudgetExhaustedError", "Result"]
