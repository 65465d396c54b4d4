"""Reads the vendor's descriptions of its API, in several formats, as facts that can be compared.

source ──text──> page_text | page_html | page_markdown | openapi_document ──┐
client.models.list() ──────────────────────────────────> model_list ────────┴──> facts ──> differences
"""
