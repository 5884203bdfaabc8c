"""The call centre of a city on its own Asterisk."""

__version__ = "0.1.0"
