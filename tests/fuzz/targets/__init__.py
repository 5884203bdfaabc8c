"""One file for each reader; `TARGET` in it is what `tests/fuzz/target.py` describes."""
