"""How Hypothesis runs here: the same examples every time, and no clock."""

from hypothesis import settings

settings.register_profile("course", derandomize=True, deadline=None, max_examples=40)
settings.load_profile("course")
