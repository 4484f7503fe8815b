"""What templates can use of the ledger."""
