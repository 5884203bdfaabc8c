"""How fast it is: `scripts/bench`."""
