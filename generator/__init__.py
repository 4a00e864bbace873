"""Daybook: text dumps of a daily paper list become a permanent public archive."""
