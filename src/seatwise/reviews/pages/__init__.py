"""The pages of reviews. Each file is the pages of one noun."""
