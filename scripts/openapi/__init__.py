"""Reads and checks an OpenAPI document: ours, the vendor's, or an earlier version of ours.

- `document` and `yaml_data` read the file and know the line of everything in it.
- `problems` has the errors that are reported with these lines.
- `keyword_checks`, `schema_checks` and `operations` refuse what the client does not support.
- `extensions` has the form of our extensions.
- `package_schemas` makes the schemas with which the client validates data.
- `service` has the facts about the service as a whole, `examples` what the test server responds with.

`scripts.generation` decides on names and types in Python.
"""
