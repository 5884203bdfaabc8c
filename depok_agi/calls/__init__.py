"""What happened on the phone: typed events in, one record per call out. Pure: time comes in with each event."""
