"""Commands that check the project with third-party programs."""
