"""From openapi.yaml to the files of the package, by way of openapi-python-client.

`scripts.openapi` reads and checks the document. `parse` runs the generator's parser on it and joins its objects to
their places in the document; from these, `schemas`, `types` and `unions` derive the classes and types, `methods` and
`resources` the calls. `view` collects what the templates print, and `project`, the generator's own project, renders
it with our templates only.
"""
