"""`python -m tools.attack`: attacks on a Seatwise of this machine, seeded and bounded, over loopback only."""
