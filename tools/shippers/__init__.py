"""Real servers and real shippers on this machine: whatever way their lines take, the ledger is what was clicked."""
