"""Many questions, each paid once: a second run asks only what has no answer yet, and a budget stops it in time."""

import sys

from acedata_responses import Budget, BudgetExhaustedError, Client

journal, tokens = sys.argv[1], int(sys.argv[2])
requests = [(f"question {number}", {"model": "gpt-4o-mini", "input": str(number)}) for number in range(20)]

with Client(journal=journal) as client:
    try:
        for result in client.responses.map(requests, budget=Budget(tokens=tokens, tokens_of_a_call=100)):
            print(result.key, result.reply.output_text if result.reply else result.error)
    except BudgetExhaustedError as error:
        print(error)
    print(client.usage.total)
