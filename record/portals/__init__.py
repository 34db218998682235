"""Portals: how each stands, which reports came by it, and what it is told."""
