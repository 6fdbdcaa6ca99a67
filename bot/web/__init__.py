"""HTTP: Slack's requests where it can't use Socket Mode, and what a host asks to know whether we are well."""
