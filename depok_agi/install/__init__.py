"""Puts depok-agi on a PBX host, brings it up to date there, and takes it away again.

Behind `scripts/install` and `scripts/uninstall`.

It runs before there is a virtual environment, so it needs nothing but Python's own library.
"""
