"""What is done with an SMS, and what citizens are written: pure, and no text is kept here."""
