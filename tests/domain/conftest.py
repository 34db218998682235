"""`pytest tests/domain --hypothesis-profile=thorough` looks much longer than every run can."""

from hypothesis import settings

settings.register_profile("thorough", max_examples=5_000, deadline=None)
