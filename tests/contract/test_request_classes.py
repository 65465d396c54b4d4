"""The classes of a request: each message and item of the document's examples can be read, and sent as it was."""

from __future__ import annotations

import pytest

from acedata_responses import types
from tests.contract.document import CREATE

EXAMPLES = CREATE["requestBody"]["content"]["application/json"]["examples"].values()
ITEMS = [item for example in EXAMPLES for item in example["value"]["input"] if isinstance(item, dict)]
MESSAGES = [item for item in ITEMS if "role" in item]


@pytest.mark.parametrize("item", MESSAGES)
def test_a_message_is_sent_as_it_was_read(driver, service, item):
    message = types.InputMessage.from_dict(item)
    assert message.to_dict() == item
    assert message.problems == []
    driver.create(input=[message])
    assert service.requests[0].json["input"] == [item]


@pytest.mark.parametrize("item", [item for item in ITEMS if "role" not in item])
def test_an_item_of_a_tool_is_sent_as_it_was_read(driver, service, item):
    tool_item = types.ToolItem.from_dict(item)
    assert tool_item.to_dict() == item
    driver.create(input=[tool_item])
    assert service.requests[0].json["input"] == [item]


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (types.InputTextPart, {"type": "input_text", "text": "Hi"}),
        (types.InputImagePart, {"type": "input_image", "image_url": "https://example.com/a.png"}),
        (types.InputFilePart, {"type": "input_file", "file_url": "https://example.com/a.pdf"}),
    ],
)
def test_a_part_made_by_hand_equals_one_that_was_read(kind, data):
    assert kind(**data) == kind.from_dict(data)
    assert kind(**data).to_dict() == data
