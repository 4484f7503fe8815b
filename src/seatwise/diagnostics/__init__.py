"""Whether an installation is in order: what `seatwise doctor` looks at, and the numbers at /metrics."""
