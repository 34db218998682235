"""Files that came with complaints and entries: cleaned, kept by their content, and forgotten."""
