"""The verbs of the war room, one file each: a pure `decide` and a `run` that loads, decides and records."""
