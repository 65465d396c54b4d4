"""The command `run`: many requests from a file, their results to another one."""
