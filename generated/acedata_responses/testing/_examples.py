"""The examples of the OpenAPI document, and the paths to the text in them."""

from __future__ import annotations

from typing import Any

REQUESTS: dict[str, Any] = {"responses.create": {"model": "gpt-4o-mini", "input": "Why is the sky dark at night?"}}
"""An example of each operation's request body."""

REPLIES: dict[str, list[Any]] = {
    "responses.create": [
        {
            "id": "chatcmpl-5d0c1be2",
            "model": "gpt-4o-mini",
            "object": "chat.completion",
            "choices": [
                {
                    "index": 0,
                    "message": {"role": "assistant", "content": "Because the universe is young and expanding."},
                    "finish_reason": "stop",
                }
            ],
            "created": 1795420800,
            "system_fingerprint": "fp_3c1f0a",
            "usage": {"prompt_tokens": 14, "completion_tokens": 9, "total_tokens": 23},
        },
        {
            "id": "resp_5d0c1be27a",
            "object": "response",
            "created_at": 1795420800,
            "status": "completed",
            "background": False,
            "content_filters": None,
            "error": None,
            "incomplete_details": None,
            "instructions": None,
            "max_output_tokens": None,
            "max_tool_calls": None,
            "model": "gpt-4o-mini",
            "output": [
                {
                    "id": "msg_5d0c1be27b",
                    "type": "message",
                    "status": "completed",
                    "role": "assistant",
                    "content": [
                        {
                            "type": "output_text",
                            "annotations": [],
                            "text": "Because the universe is young and expanding.",
                        }
                    ],
                }
            ],
            "parallel_tool_calls": True,
            "previous_response_id": None,
            "prompt_cache_key": None,
            "reasoning": {"effort": None, "summary": None},
            "safety_identifier": None,
            "service_tier": "default",
            "store": True,
            "temperature": 1,
            "text": {"format": {"type": "text"}},
            "tool_choice": "auto",
            "tools": [],
            "top_p": 1,
            "truncation": "disabled",
            "usage": {
                "input_tokens": 14,
                "input_tokens_details": {"cached_tokens": 0},
                "output_tokens": 9,
                "output_tokens_details": {"reasoning_tokens": 0},
                "total_tokens": 23,
            },
            "user": None,
            "metadata": {},
        },
    ],
    "models.list": [
        {
            "object": "list",
            "data": [
                {"id": "gpt-4o-mini", "object": "model", "created": 0, "owned_by": "acedata"},
                {"id": "gpt-5.5", "object": "model", "created": 0, "owned_by": "acedata"},
            ],
        }
    ],
}
"""Example replies of each operation."""

STREAMS: dict[str, list[list[Any]]] = {
    "responses.create": [
        [
            {
                "type": "response.created",
                "sequence_number": 0,
                "response": {
                    "id": "resp_9b41c6d0e2",
                    "object": "response",
                    "created_at": 1795420800,
                    "status": "in_progress",
                    "error": None,
                    "incomplete_details": None,
                    "model": "gpt-4o-mini-data",
                    "output": [],
                    "usage": None,
                    "metadata": {},
                },
                "model": "gpt-4o-mini",
            },
            {
                "type": "response.in_progress",
                "sequence_number": 1,
                "response": {
                    "id": "resp_9b41c6d0e2",
                    "object": "response",
                    "created_at": 1795420800,
                    "status": "in_progress",
                    "error": None,
                    "incomplete_details": None,
                    "model": "gpt-4o-mini-data",
                    "output": [],
                    "usage": None,
                    "metadata": {},
                },
                "model": "gpt-4o-mini",
            },
            {
                "type": "response.output_item.added",
                "sequence_number": 2,
                "output_index": 0,
                "item": {
                    "id": "msg_9b41c6d0e3",
                    "type": "message",
                    "status": "in_progress",
                    "content": [],
                    "role": "assistant",
                },
                "model": "gpt-4o-mini",
            },
            {
                "type": "response.content_part.added",
                "sequence_number": 3,
                "item_id": "msg_9b41c6d0e3",
                "output_index": 0,
                "content_index": 0,
                "part": {"type": "output_text", "annotations": [], "text": ""},
                "model": "gpt-4o-mini",
            },
            {
                "type": "response.output_text.delta",
                "sequence_number": 4,
                "item_id": "msg_9b41c6d0e3",
                "output_index": 0,
                "content_index": 0,
                "delta": "The sea",
                "model": "gpt-4o-mini",
            },
            {
                "type": "response.output_text.delta",
                "sequence_number": 5,
                "item_id": "msg_9b41c6d0e3",
                "output_index": 0,
                "content_index": 0,
                "delta": " rises and falls",
                "model": "gpt-4o-mini",
            },
            {
                "type": "response.output_text.delta",
                "sequence_number": 6,
                "item_id": "msg_9b41c6d0e3",
                "output_index": 0,
                "content_index": 0,
                "delta": " twice a day",
                "model": "gpt-4o-mini",
            },
            {
                "type": "response.output_text.delta",
                "sequence_number": 7,
                "item_id": "msg_9b41c6d0e3",
                "output_index": 0,
                "content_index": 0,
                "delta": ". 🌊",
                "model": "gpt-4o-mini",
            },
            {
                "type": "response.output_text.done",
                "sequence_number": 8,
                "item_id": "msg_9b41c6d0e3",
                "output_index": 0,
                "content_index": 0,
                "text": "The sea rises and falls twice a day. 🌊",
                "model": "gpt-4o-mini",
            },
            {
                "type": "response.content_part.done",
                "sequence_number": 9,
                "item_id": "msg_9b41c6d0e3",
                "output_index": 0,
                "content_index": 0,
                "part": {"type": "output_text", "annotations": [], "text": "The sea rises and falls twice a day. 🌊"},
                "model": "gpt-4o-mini",
            },
            {
                "type": "response.output_item.done",
                "sequence_number": 10,
                "output_index": 0,
                "item": {
                    "id": "msg_9b41c6d0e3",
                    "type": "message",
                    "status": "completed",
                    "content": [
                        {"type": "output_text", "annotations": [], "text": "The sea rises and falls twice a day. 🌊"}
                    ],
                    "role": "assistant",
                },
                "model": "gpt-4o-mini",
            },
            {
                "type": "response.completed",
                "sequence_number": 11,
                "response": {
                    "id": "resp_9b41c6d0e2",
                    "object": "response",
                    "created_at": 1795420800,
                    "status": "completed",
                    "error": None,
                    "incomplete_details": None,
                    "model": "gpt-4o-mini-data",
                    "output": [
                        {
                            "id": "msg_9b41c6d0e3",
                            "type": "message",
                            "status": "completed",
                            "content": [
                                {
                                    "type": "output_text",
                                    "annotations": [],
                                    "text": "The sea rises and falls twice a day. 🌊",
                                }
                            ],
                            "role": "assistant",
                        }
                    ],
                    "usage": {
                        "input_tokens": 13,
                        "input_tokens_details": {"cached_tokens": 0},
                        "output_tokens": 12,
                        "output_tokens_details": {"reasoning_tokens": 0},
                        "total_tokens": 25,
                    },
                    "metadata": {},
                },
                "model": "gpt-4o-mini",
            },
        ],
        [
            {
                "id": "chatcmpl-9b41c6d0",
                "object": "chat.completion.chunk",
                "created": 1795420800,
                "model": "gpt-4o-mini",
                "choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": None}],
            },
            {
                "id": "chatcmpl-9b41c6d0",
                "object": "chat.completion.chunk",
                "created": 1795420800,
                "model": "gpt-4o-mini",
                "choices": [{"index": 0, "delta": {"content": "The sea"}, "finish_reason": None}],
            },
            {
                "id": "chatcmpl-9b41c6d0",
                "object": "chat.completion.chunk",
                "created": 1795420800,
                "model": "gpt-4o-mini",
                "choices": [{"index": 0, "delta": {"content": " rises and falls"}, "finish_reason": None}],
            },
            {
                "id": "chatcmpl-9b41c6d0",
                "object": "chat.completion.chunk",
                "created": 1795420800,
                "model": "gpt-4o-mini",
                "choices": [{"index": 0, "delta": {"content": " twice a day. 🌊"}, "finish_reason": None}],
            },
            {
                "id": "chatcmpl-9b41c6d0",
                "object": "chat.completion.chunk",
                "created": 1795420800,
                "model": "gpt-4o-mini",
                "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}],
                "usage": {"prompt_tokens": 13, "completion_tokens": 12, "total_tokens": 25},
            },
        ],
    ]
}
"""Example streams of each operation, event by event."""

LISTINGS: dict[str, dict[str, str]] = {"models.list": {"list": "data", "key": "id", "values": "ModelName"}}
"""Operations whose reply has an entry for each known value of an open enum: the list, the key in its entries, the enum."""

NOTES: dict[str, dict[str, Any]] = {
    "ChatCompletion": {"x-text": ["choices", {"index": 0}, "message", "content"]},
    "ResponseObject": {"x-text": ["output", {"type": "message"}, "content", {"type": "output_text"}, "text"]},
    "ResponseCreatedEvent": {"x-event": {"reply": "response"}},
    "ResponseInProgressEvent": {"x-event": {"reply": "response"}},
    "OutputItemAddedEvent": {"x-event": {"puts": "item", "at": ["output", {"place": "output_index"}]}},
    "ContentPartAddedEvent": {
        "x-event": {"puts": "part", "at": ["output", {"place": "output_index"}, "content", {"place": "content_index"}]}
    },
    "OutputTextDeltaEvent": {"x-event": {"text": ["delta"]}},
    "OutputTextDoneEvent": {
        "x-event": {
            "puts": "text",
            "at": ["output", {"place": "output_index"}, "content", {"place": "content_index"}, "text"],
        }
    },
    "RefusalDeltaEvent": {
        "x-event": {
            "adds": "delta",
            "at": ["output", {"place": "output_index"}, "content", {"place": "content_index"}, "refusal"],
        }
    },
    "RefusalDoneEvent": {
        "x-event": {
            "puts": "refusal",
            "at": ["output", {"place": "output_index"}, "content", {"place": "content_index"}, "refusal"],
        }
    },
    "FunctionCallArgumentsDeltaEvent": {
        "x-event": {"adds": "delta", "at": ["output", {"place": "output_index"}, "arguments"]}
    },
    "FunctionCallArgumentsDoneEvent": {
        "x-event": {"puts": "arguments", "at": ["output", {"place": "output_index"}, "arguments"]}
    },
    "CustomToolCallInputDeltaEvent": {
        "x-event": {"adds": "delta", "at": ["output", {"place": "output_index"}, "input"]}
    },
    "CustomToolCallInputDoneEvent": {
        "x-event": {"puts": "input", "at": ["output", {"place": "output_index"}, "input"]}
    },
    "ReasoningSummaryPartAddedEvent": {
        "x-event": {"puts": "part", "at": ["output", {"place": "output_index"}, "summary", {"place": "summary_index"}]}
    },
    "ReasoningSummaryTextDeltaEvent": {
        "x-event": {
            "adds": "delta",
            "at": ["output", {"place": "output_index"}, "summary", {"place": "summary_index"}, "text"],
        }
    },
    "ReasoningSummaryTextDoneEvent": {
        "x-event": {
            "puts": "text",
            "at": ["output", {"place": "output_index"}, "summary", {"place": "summary_index"}, "text"],
        }
    },
    "ReasoningSummaryPartDoneEvent": {
        "x-event": {"puts": "part", "at": ["output", {"place": "output_index"}, "summary", {"place": "summary_index"}]}
    },
    "ReasoningTextDeltaEvent": {
        "x-event": {
            "adds": "delta",
            "at": ["output", {"place": "output_index"}, "content", {"place": "content_index"}, "text"],
        }
    },
    "ReasoningTextDoneEvent": {
        "x-event": {
            "puts": "text",
            "at": ["output", {"place": "output_index"}, "content", {"place": "content_index"}, "text"],
        }
    },
    "ContentPartDoneEvent": {
        "x-event": {"puts": "part", "at": ["output", {"place": "output_index"}, "content", {"place": "content_index"}]}
    },
    "OutputItemDoneEvent": {"x-event": {"puts": "item", "at": ["output", {"place": "output_index"}]}},
    "ResponseCompletedEvent": {"x-event": {"ends": "completed", "reply": "response"}},
    "ResponseIncompleteEvent": {"x-event": {"ends": "incomplete", "reply": "response"}},
    "ResponseFailedEvent": {"x-event": {"ends": "failed", "reply": "response"}},
    "ErrorEvent": {"x-event": {"ends": "error", "code": ["code"], "message": ["message"]}},
    "ChatCompletionChunk": {
        "x-event": {"text": ["choices", {"index": 0}, "delta", "content"]},
        "x-assembles": {
            "reply": "ChatCompletion",
            "constants": {"object": "chat.completion"},
            "list": "choices",
            "key": "index",
            "id": "id",
            "delta": "delta",
            "into": "message",
            "finished": "finish_reason",
            "once": ["role", "id", "type", "name", "format", "signature", "url"],
            "pieces": ["tool_calls", "reasoning_details"],
        },
    },
}
"""The extensions of the schemas of replies and events: the path to the text, the meaning of an event."""
