"""Git: mirrors of the watched repositories, what their commits say, and whether a change is really in them.

Everything here blocks: call it in a thread. Nothing here knows Slack or the database.
"""
