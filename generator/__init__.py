"""Daybook: text dumps of a daily paper list become a permanent public archive."""

__version__ = "0.1.0"
