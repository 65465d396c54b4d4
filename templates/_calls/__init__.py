"""One call from start to end: its turn, its tries, its response or stream."""
