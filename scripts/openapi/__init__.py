"""Reads and checks an OpenAPI document: ours, the vendor's, or an earlier version of ours.

`document` and `yaml_data` read the file and know the line of everything in it, and `problems` has the errors that are
reported there; `supported`, `schema_checks` and `operations` refuse what the client does not support; `extensions` has
the form of our extensions, `rules` the schemas as the client checks data against them, `service` the facts about the
service as a whole, and `examples` what the test server responds with. Names and types of Python are decided in
`scripts.generation`.
"""
