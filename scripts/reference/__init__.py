"""Reading the vendor: whatever form the word comes in, it is turned into the same plain facts.

source ──text──> page_text | page_html | page_markdown | openapi_document ──┐
client.models.list() ──────────────────────────────────> model_list ────────┴──> facts ──> differences
"""
