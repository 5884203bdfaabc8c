"""When the centre is open, and why: dated rules that cite their regulation. Pure: time comes in as an argument."""
