"""The pure core: no database, no Slack, no clock, no Git. Everything here is a function of its arguments."""
