"""The operations of the service: one module for each tag, one method for each operation."""
