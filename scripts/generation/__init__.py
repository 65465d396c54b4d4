"""From openapi.yaml to the files of the package: `document` reads, `view` decides, `project` renders."""
