"""The parts of the soak test.

`service` is the test server with faults, `calls` makes the calls, and `checks` checks each call, each round, and
the memory, threads and files of the process. `kills` is the test of the journal, with a program that is killed.
"""
