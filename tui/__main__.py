"""`python -m vedette.tui` is `vedette`."""

import sys

from .main import main

sys.exit(main())
