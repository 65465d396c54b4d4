"""From openapi.yaml to the files of the package, by way of openapi-python-client.

`document` and `yaml_data` read the file and know the line of everything; `spec`, `checks` and `operations` refuse what
the client does not support. `parse` runs the generator's parser and joins its objects to their places in the document;
from these, `schemas`, `types` and `unions` derive the classes and types, `methods` and `resources` the calls. `view`
collects what the templates print, and `project`, the generator's own project, renders it with our templates only.
"""
