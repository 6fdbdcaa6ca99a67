"""Hotwash: a Slack bot that knows which manual changes of an incident are not in Git yet."""

__version__ = "0.1.0"
