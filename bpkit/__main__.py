"""``python -m bpkit`` is the command ``bpkit``."""

from .cli import main

raise SystemExit(main())
