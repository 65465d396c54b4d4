"""Files that processes share: SQLite databases that are written in whole transactions, and who of them is alive."""
