"""What the worker counts, for its /metrics."""

from prometheus_client import Counter, Histogram

APPEND_SECONDS = Histogram(
    "matur_append_seconds",
    "Appending to the record, also where it failed",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5),
)
EVENTS = Counter("matur_events_appended", "Events that the record took, repeated ones too")
DIVERGED = Counter("matur_diverged", "Appends that the record refused, since it holds others")
SWEEPS = Counter("matur_sweeps", "Runs of the sweeper")
SWEPT = Counter("matur_swept_cases", "Cases it saw to", ["why"])
"""`unstarted` were filed and not known to have started, `asleep` had missed an alarm."""
WOKEN = Counter("matur_woken_origins", "Origins that the sweeper saw to", ["for"])
TOLD = Counter("matur_portal_deliveries", "What portals were told, or not", ["portal", "how"])
"""`delivered`, `skipped`, or how the call failed."""
FETCHED = Counter("matur_portal_attachments", "Attachments of portals", ["portal", "how"])
"""`kept`, `refused`, or how the call failed."""
TAKEN = Counter("matur_reports_taken", "Reports of portals that were dealt with", ["portal", "how"])
"""`new`, `joined` to a complaint that another portal sent, `changed`, or `known`."""
