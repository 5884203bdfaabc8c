"""The full-screen console that an operator keeps open: who calls, whom to call, and the tickets."""
