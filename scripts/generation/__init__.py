"""From openapi.yaml to the files of the package, by way of openapi-python-client.

`scripts.openapi` reads and checks the document. `parse` runs the generator's parser on it and joins its objects to
their places in the document; from these, `schemas`, `types` and `unions` derive the classes and types,
`class_extensions` and `error_kinds` what our extensions say about classes and errors, `methods` and `resources` the
calls. `names` refuses names that are taken, such as those that `reserved` finds in the templates. `view` collects what
the templates print, `text` writes the document's text as Python code, and `project`, the generator's own project,
renders it with our templates only.
"""
