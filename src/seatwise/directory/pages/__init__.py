"""The directory's pages. Each file is the pages of one noun."""
