"""Untouched: no answer is begun."""
