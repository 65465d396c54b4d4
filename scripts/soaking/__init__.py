"""The parts of the soak test.

`service` is the embedded service with faults, `tasks` and `clients` make the calls, `tally` checks each call and each
round, and `levels` checks memory, threads and files. `kills` kills the program in `killed` repeatedly.
"""
