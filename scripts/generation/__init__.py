"""From openapi.yaml to the files of the package.

`document` reads it and knows the line of everything, `structure` and `keywords` refuse what is no OpenAPI or beyond
what the client expresses, `collect` and `names` say what is a class and what it is called, `view` puts together what
the templates print, with the help of `operations`, `types`, `unions`, `errors` and `facts`, and `project` renders it.
"""
