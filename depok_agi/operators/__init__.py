"""Who is at the desk: members of the operators' queue in, states with times out. Pure: time comes in as an argument."""
