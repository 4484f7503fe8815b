"""Log lines over HTTP, as shippers send them: kept in a file, and read like every other log."""
