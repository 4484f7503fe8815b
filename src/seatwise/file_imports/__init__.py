"""What is brought in by file without the site's pages: by programs over the API, and from a folder."""
