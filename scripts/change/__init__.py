"""Taking over a change of the vendor's: the edit of openapi.yaml, what follows from it, and all of it or nothing."""
