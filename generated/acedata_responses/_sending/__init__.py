"""One call from start to end: waiting for its turn, sending, retrying, and reading the response or stream."""
