"""Changes of openapi.yaml: updates of the model names, and checks of versions and changelog."""
