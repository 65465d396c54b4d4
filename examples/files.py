"""A question about an image and a file, whose paths are the arguments of the program."""

import sys

from acedata_responses import Client
from acedata_responses.types import InputFilePart, InputImagePart, InputMessage, InputTextPart

question = InputMessage(
    role="user",
    content=[
        InputTextPart(text="Does the drawing agree with the description?"),
        InputImagePart.from_file(sys.argv[1]),
        InputFilePart.from_file(sys.argv[2]),
    ],
)
with Client() as client:
    print(client.responses.create(model="gpt-4o", input=[question]).output_text)
