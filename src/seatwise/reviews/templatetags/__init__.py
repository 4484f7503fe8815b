"""What templates use of reviews."""
