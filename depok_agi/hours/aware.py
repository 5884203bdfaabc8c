"""Moments have a time zone, everywhere."""

from datetime import datetime


def require_aware(moment: datetime) -> None:
    """Refuse a moment without a time zone: office hours in the wrong zone are the commonest fault elsewhere."""
    if moment.utcoffset() is None:
        raise ValueError(f"a moment needs a time zone: {moment}")
