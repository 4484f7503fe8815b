"""The pages of seat requests. Each file is the pages of one noun."""
