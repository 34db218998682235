"""One connector for each portal behind one protocol (`portals.protocol`), its mapping beside it."""
