"""`python -m seatwise` is `seatwise`."""

import sys

from seatwise.cli import main

sys.exit(main())
