"""From openapi.yaml to the files of the package, by way of openapi-python-client.

`document` reads the file and knows the line of everything, `spec` and `checks` refuse what the client does not express.
`parse` lets the generator parse it and joins its objects to the places of the document. From these, `schemas` and
`types` say what is a class and which type a value has, `operations` and `methods` what can be called, `view` puts
together what the templates print, and `project`, the generator's own project, renders it with our templates alone.
"""
