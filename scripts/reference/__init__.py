"""Reads what the vendor says of its API, in whatever form, into the same plain facts.

source ──text──> page_text | page_html | page_markdown | openapi_document ──┐
client.models.list() ──────────────────────────────────> model_list ────────┴──> facts ──> differences
"""
