"""What developers run: the tests on PostgreSQL, screenshots, attacks."""
