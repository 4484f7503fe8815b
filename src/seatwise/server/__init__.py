"""What stands between granian and Django: requests are taken whole, answers handed over, and neither holds a thread."""
