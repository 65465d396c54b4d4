"""Functions that a model may call on its way to an answer.

    def weather(city: str) -> str:
        '''The weather in a city now.'''
        return "clear, -4 °C"

    run = client.responses.run(model="gpt-4o", input="How is the weather in Oslo?", functions=[weather])
    print(run.output_text, len(run.replies))

The parameters are described to the model by msgspec: `pip install "acedata-responses[parse]"`.
"""

from ._results import Run

__all__ = ["Run"]
