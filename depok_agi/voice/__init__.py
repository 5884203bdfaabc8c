"""What the caller hears: one small file per step, written against the `Caller` protocol. Pure."""
