"""Who may do what, and how personal data is shown."""
