"""Reads the vendor's descriptions of its API, in several formats, as facts that can be compared.

source ──text──> reading ──> page_html ──> page_text | openapi_document | observations ──┐
client.models.list() ───────────────────────────────────────────────────────────────────┴──> facts ──> differences
"""
