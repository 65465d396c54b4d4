"""The parts of the benchmark: the clients (`subjects`), the measurements (`worker`), and what runs them (`bench`)."""
