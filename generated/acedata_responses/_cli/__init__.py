"""The command `run`: sends the requests in a file and writes the results to another file."""
