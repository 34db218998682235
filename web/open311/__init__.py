"""The Open311 server: GeoReport v2 under /open311/v2, as docs/api.md says."""
