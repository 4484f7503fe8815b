"""Setting up an empty site: four steps that can be left and taken up again, made of the forms and imports there are."""
