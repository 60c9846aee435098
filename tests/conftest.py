"""How the tests run: Hypothesis draws the same examples every time, and an interrupt arrives."""

import signal

from hypothesis import settings

# A suite that is started in the background ignores Ctrl-C, and so would the programs that it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile("course", derandomize=True, deadline=None, max_examples=40)
settings.load_profile("course")
