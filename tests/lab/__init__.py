"""The lab: a real Asterisk in a folder, and SIPp phones that call it. Everything stays on loopback."""
