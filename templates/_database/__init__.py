"""SQLite databases that several processes share, and locks that show which of these processes are alive."""
