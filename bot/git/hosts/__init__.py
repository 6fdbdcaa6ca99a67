"""What Git hosts send when something happened there: whether it is from them, and what it says. Pure.

A delivery means "look now", never proof: it can come twice, late, cut short and out of order. Each host has a file with
the same three functions:

- `refused(headers, body, secret, now)`: why the delivery is not to be believed, as a sentence; None if its signature
  fits. `now` is in seconds since the epoch.
- `delivery_id(headers)`: what the host gives this delivery again when it repeats it, if it says.
- `read(headers, payload)`: what it says; None if that is nothing to us. Raises BadDelivery.

Headers are looked up by lower-case name.
"""

from bot.git.hosts import gitea, github, gitlab

HOSTS = {"github": github, "gitlab": gitlab, "gitea": gitea}
