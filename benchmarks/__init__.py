"""Seatwise side by side with its peers; `make bench` runs it."""
