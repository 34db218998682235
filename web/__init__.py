"""Pages and API: they show the record and ask the workflows."""
