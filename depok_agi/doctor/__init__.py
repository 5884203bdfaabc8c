"""Looks whether this host is as the centre needs it: one finding a check, with its mend."""
