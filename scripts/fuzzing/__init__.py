"""What is thrown at what reads the service's bytes, and what must come of it.

Each target has the module of its name (`sse`, `replies`, `errors`, `streams`). `mutation`, `answers`, `client` and
`rules` are what they share; `targets` lists them, and `shrinking` finds the smallest input that fails.
"""
