"""The frame that every page stands in: home, languages, menus, access by role, errors, the daily tick."""
