"""The forms of the ledger's pages."""
