"""Many calls at once, with faults.

Which they are (`faults`), what does them (`service`), who calls (`tasks`, `clients`), and what must hold: of each call
and each round (`tally`), and of what the process holds (`levels`, `long_stream`). A program that is killed is another
matter: `kills` does it, `killed` is the program.
"""
