"""Reads and checks an OpenAPI document: ours, the vendor's, or an earlier version of ours.

`document` and `yaml_data` read the file and know the line of everything in it; `supported`, `schema_checks` and
`operations` refuse what the client does not support; `extensions` has the form of our extensions, and `rules` the
schemas as the client checks data against them. Names and types of Python are decided in `scripts.generation`.
"""
