"""Hashes keyed with the installation's secret, which the database never sees.

A copy of the database alone lets nobody guess what was hashed. Each purpose has a name of its own,
so that a hash made for one is worth nothing for another.
"""

import hmac


def keyed(secret: bytes, purpose: str, value: str) -> bytes:
    """HMAC-SHA256 of `value` for `purpose`: 32 bytes."""
    return hmac.digest(secret, f"{purpose}:{value}".encode(), "sha256")


def same(one: bytes, other: bytes) -> bool:
    """Equality that takes as long whatever differs."""
    return hmac.compare_digest(one, other)
