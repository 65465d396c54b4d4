"""What a program spends, by model. It asks no more once it has taken as many tokens as it may."""

import sys

from acedata_responses import Client

MOST_TOKENS = int(sys.argv[1])

with Client() as client:
    for model in ["gpt-4o-mini", "gpt-4o", "gpt-4o-mini", "gpt-4.1"]:
        if client.usage.total.total_tokens >= MOST_TOKENS:
            break
        client.responses.create(model=model, input="Say hello")

    for model, totals in client.usage.by_model.items():
        print(f"{model}: {totals.calls} calls, {totals.total_tokens} tokens, {totals.cost:g} Credits")
    print(client.usage.reset())
