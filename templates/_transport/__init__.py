"""Sends requests and receives responses, over the package's own connections or through httpx."""
