"""From openapi.yaml to the files of the package, by way of openapi-python-client.

`document` and `yaml_data` read the file and know the line of everything; `spec` and `checks` refuse what the client
does not express. `parse` lets the generator parse it and joins its objects to the places of the document. From these,
`schemas` and `types` say what is a class and which type a value has; `operations`, `methods` and `resources` say what
can be called. `view` puts together what the templates print, and `project`, the generator's own project, renders it
with our templates alone.
"""
