"""The pages of Services & Users. Each file is the pages of one noun."""
