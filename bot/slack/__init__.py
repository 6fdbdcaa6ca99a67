"""Slack: what comes in from it (one file a surface), and what it shows (`blocks/`, one file a message)."""
