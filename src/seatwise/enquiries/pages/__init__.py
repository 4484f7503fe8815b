"""The pages of enquiries: for whoever is signed in, and for whoever has a link."""
