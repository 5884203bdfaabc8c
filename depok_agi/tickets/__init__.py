"""What the city owes: ticket numbers, states, deadlines and calls back. Pure: time comes in as an argument."""
