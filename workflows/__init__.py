"""The durable processes: they wait, ask the domain, and call activities."""
