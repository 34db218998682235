"""What the house learns from its own decisions, to suggest and never to decide."""
