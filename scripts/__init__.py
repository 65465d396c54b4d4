"""The project's commands, one job each: `python -m scripts.<name>` or `python scripts/<name>.py`."""
