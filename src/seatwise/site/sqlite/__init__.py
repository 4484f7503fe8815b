"""The SQLite database of the data directory, for Django."""
