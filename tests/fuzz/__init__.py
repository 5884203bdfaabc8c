"""Hostile input for everything that reads what others wrote: `scripts/fuzz`, and a short run among the tests."""
