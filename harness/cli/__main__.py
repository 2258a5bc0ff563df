"""``python -m harness.cli``: the same as ``httptpc``."""

import sys

from harness.cli.main import main

sys.exit(main())
