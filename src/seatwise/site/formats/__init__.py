"""How dates are written on screens, by language (FORMAT_MODULE_PATH). Files, the API and commands have ISO dates."""
