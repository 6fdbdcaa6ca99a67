"""Does a message look like a change that its author just made by hand? Precision counts more than recall: a wrong offer
in the middle of a fire teaches people to look away, a missed one costs a reaction or a command.

A message counts for what it says (`we bumped the pool to 80`: a sentence that opens with the author and a past tense,
about something that runs in production), or for a command that it shows and that changes something, unless the words
around it ask, advise, plan or quote. How well that does, on messages that the rules were not written for, is measured
by the tests and told in the documentation.
"""

import html
import re

from bot.rules.kinds import changes_something

_READ = 4000  # characters; a longer message is a log
_LINES = 12  # of code; more is output

_QUOTED = re.compile(r"^(?:&gt;|>).*$", re.MULTILINE)
_FENCED = re.compile(r"```(.*?)```", re.DOTALL)
_INLINE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"<(?:https?://|mailto:)[^>]*>")
_MENTION = re.compile(r"<@[UW][A-Z0-9]+(?:\|[^>]*)?>")
_CODE = "⟨code⟩"  # stands for what was in code style

# Words around a command that make it advice, a plan, a question of somebody else's, or a try that failed.
_NOT_DONE = re.compile(
    r"\b(?:should|could|would|can|can'?t|cannot|might|may|will|shall|won'?t|let'?s|let me|try|tried|maybe|please|pls"
    r"|don'?t|do not|did(?:n'?t)?|haven'?t|not|never|if|in case|later|unless|before|after that you|undo it"
    r"|example|e\.g|runbook|playbook|docs?|wiki|readme|says?|said|would be|you|your|someone|somebody|anyone"
    r"|need(?:s|ed)?|going to|gonna|about to|want|plan|todo|next step|ready to|alternatively|instead|option|suggests?"
    r"|recommend(?:s|ed)?"
    r"|query that|slow query|this is the|blocks|locks|fail(?:s|ed|ing)?|error|denied|forbidden|hangs|refused|timed? out"
    r"|takes|gave|gives)\b",
    re.IGNORECASE,
)
# Not now, or not in production.
_ELSEWHERE = re.compile(
    r"\b(?:yesterday|last (?:week|month|quarter|night|year|time|incident|monday|tuesday|wednesday|thursday|friday"
    r"|saturday|sunday)|(?:weeks?|months?|days?) ago|used to|usually|staging|stage env\w*|sandbox|locally|localhost"
    r"|minikube|my (?:machine|laptop|vpn|browser|phone|computer|editor|mac|wifi|router|client|local)|dry[- ]run)\b",
    re.IGNORECASE,
)

# A prompt before a command, and what only carries the command that follows it.
_PROMPT = re.compile(r"\s*(?:[\w.-]+@[\w.-]+[^$#\n]{0,60}[$#]\s+|[$#%❯]\s+|(?:postgres|\w+)=[#>]\s*|mysql>\s*)?")
_CARRIER = re.compile(
    r"(?:sudo(?:\s+-\w+(?:\s+\w+)?)*?\s+(?=[\w/])|time\s+|nohup\s+|exec\s+|env\s+|[A-Z_][A-Z0-9_]*=\S*\s+"
    r"|ssh(?:\s+-[A-Za-z]+(?:\s+(?=\S+\s+\S)[^\s-]\S*)??)*\s+[\w.@-]+\s+['\"]?)"
)
_SQL_CLIENT = re.compile(r"(?:psql|mysql|mariadb|sqlite3|cqlsh|sqlcmd|clickhouse-client|mongosh?)\b")
_SQL_CHANGE = re.compile(
    r"(?:['\"]|<<\w+\s+)\s*(?:BEGIN;\s*)?(?:UPDATE\s+\S+\s+SET|DELETE\s+FROM|INSERT\s+INTO|ALTER\s+\w+|DROP\s+\w+"
    r"|CREATE\s+\w+|TRUNCATE\b|GRANT\b|REVOKE\b|SET\s+(?:GLOBAL|PERSIST)|SELECT\s+(?:pg_terminate_backend|pg_cancel_backend|pg_reload_conf|pg_promote)\b)",
    re.IGNORECASE,
)
_LOOKS_ONLY = re.compile(
    r"--dry-run|--check\b|--diff\b|\bgit\s+stash\s+(?:list|show)|\bgit\s+(?:push|pull|commit|checkout|switch|rebase|merge)\b"
    r"|\brollout\s+(?:status|history)|\bstate\s+(?:list|show|pull)|\bapp\s+(?:get|list|diff|history|logs)"
    r"|\bjob\s+(?:status|inspect|plan)|\bnode\s+(?:status|ls)|\bservice\s+(?:ls|ps|logs|inspect)"
    r"|\b(?:ip6?tables|nft)\s+(?:-t\s+\w+\s+)?(?:-[nv]*[LS]|list)|\bqdisc\s+show|\bconfig\s+get\b|--help\b|--version\b",
    re.IGNORECASE,
)
_ALSO = re.compile(
    r"(?:systemctl\s+(?:stop|start)|service\s+\S+\s+(?:stop|start)|pg_ctl\s+(?:promote|restart|reload)"
    r"|select\s+pg_(?:terminate_backend|cancel_backend|reload_conf|promote))\b",
    re.IGNORECASE,
)
_NEXT = re.compile(r"&&|\|\||\||;")
_LOGGED = re.compile(
    r"\b(?:ERROR|WARN(?:ING)?|INFO|DEBUG|FATAL|STATEMENT|Traceback)\b|^\s*\{\"|^\d{4}-\d\d-\d\d", re.MULTILINE
)
_PROSE_AFTER = re.compile(r"\b(?:shows?|says?|is|was|were|looks?|seems?|took)\b", re.IGNORECASE)

# Verbs that, of a server, say one thing only; and those that need a thing in production to be about.
_STRONG = (
    r"restarted|rebooted|bounced|bumped|scaled|rolled\s+(?:\S+\s+){0,3}?back|roll(?:ed)?back|drained|cordoned|uncordoned"
    r"|failed\s+over|hot-?\s?(?:patched|fixed)|flushed|purged|truncated|replayed|promoted|whitelisted|allowlisted"
    r"|re-?enabled|throttled|re-?deployed"
)
_WEAK = (
    r"flipped|turned|disabled|enabled|killed|edited|changed|set|added|dropped|reverted|cleared|pointed|switched|blocked"
    r"|unblocked|increased|decreased|lowered|reduced|raised|doubled|halved|commented\s+out|patched|stashed|deleted"
    r"|rotated|removed|unset|upgraded|downgraded|overrode|overridden|updated|freed|mounted|remounted|hard-?coded|kicked"
    r"|undid|undone|swapped|paused|resumed|stopped|started|detached|attached|granted|revoked|unlocked|applied|pinned"
    r"|moved|took|taken|put|ran|run|fixed|created|resized|reset|rerouted|redirected|shifted|reloaded|tweaked|injected"
    r"|force-?deleted|replaced|ended\s+up\s+\w+ing|recreated|toggled|copied|installed|uninstalled"
)
_OPENING = (
    r"(?:^|[.;:!]\s+|\s[–—-]\s|[,)]\s+(?=(?:and\s+|so\s+)?(?:i|we)\b))\s*"
    r"(?:(?:ok(?:ay)?|alright|right|done|also|so|and|then|update|fyi|quick|for now|now|there|yep|yes)[,:!.]?\s+)*"
    r"(?:(?:i|we)(?:\s+have|'?ve|’ve)?\s+)?"
    r"(?:(?:just|now|also|already|temporarily|manually|quickly|finally|then)\s+)*"
)
_SAID = re.compile(rf"{_OPENING}(?P<verb>(?P<strong>{_STRONG})|{_WEAK})\b(?P<what>[^\n]*)", re.IGNORECASE)
_DOING = re.compile(
    r"^(?:ok(?:ay)?,?\s+|i'?m\s+)?(?:restarting|bouncing|scaling|rolling\s+back|draining|flushing|failing\s+over|bumping"
    r"|reverting|disabling|flipping)\s+[^\n]*\b(?:right\s+)?now[.!]?$",
    re.IGNORECASE,
)
# What follows the verb and makes it no deed of the author's on a server.
_NO_DEED = re.compile(
    r"^\s*(?:$|by\s+(?:itself|themselves)|on\s+its\s+own|into\b(?!\s+maintenance)|from\s+the\s+call|\w+ing\b(?<!running)"
    r"|(?:nodes?|pods?|workers?|instances?|hosts?|cron)\s+(?:is|are|was|were|need)|out\s+of\s+(?:ideas|time)|to\s+plan\b)"
    r"|\b(?:status\s*page|ticket|incident\s+doc|retro|postmortem|post-mortem|severity|the\s+(?:topic|channel|call|bridge"
    r"|doc|thread|timeline|title|calendar|meeting|invite|dashboard|graph|alert|comms)|this\s+(?:channel|thread)|a\s+(?:graph"
    r"|dashboard|comment|note|bridge|call|PR|pull\s+request|ticket)|PR|pull\s+request|my\s+mind|rumou?r)\b",
    re.IGNORECASE,
)
_IN_PRODUCTION = re.compile(
    _CODE + r"|\b[a-z]+(?:-[a-z0-9]+)*-\d+\b|/\w[\w.-]*/[\w./-]+"
    r"|\b[\w-]+\.(?:conf|cnf|cfg|ini|ya?ml|toml|env|properties|py)\b"
    r"|\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b|\b[a-z]+_[a-z_]+\b"
    r"|\b(?:by\s+hand|manually|in\s+prod(?:uction)?|on\s+prod(?:uction)?|live\s+config"
    r"|in\s+the\s+(?:\w+\s+)?(?:console|panel|ui)"
    r"|db|databases?|replicas?|primary|secondary|standby|nodes?|pods?|containers?|deploy(?:ment)?s?|servers?|hosts?|boxes"
    r"|instances?|fleet|canary|edge|nginx|haproxy|envoy|ingress|postgres(?:ql)?|mysql|redis|memcached?|kafka|rabbit\w*"
    r"|elastic\w*|consul|vault|etcd|zookeeper|autovacuum|vacuum|conf(?:ig\w*)?|flags?|toggle|kill\s?switch|time-?outs?|ttl"
    r"|limits?|quota|ulimit|pool|connections?|index(?:es)?|tables?|columns?|schema|rows?|queues?|dlq|cache|cdn|consumers?"
    r"|workers?|cron(?:job|tab)?|jobs?|reindex\w*|backfill|migration|firewall|waf|rules?|dns|records?|load\s*balancers?|lb"
    r"|rotation|maintenance|cert(?:ificate)?s?|secrets?|keys?|tokens?|env|memory|cpu|heap|disks?|volumes?|pvcs?|security"
    r"\s+groups?|asg|autoscal\w+|hpa|desired\s+count|traffic|sampling|rate|pipeline|log(?:ging|\s*level)|role|terraform"
    r"|helm|release|build|version|wal|carts?|feature|query|webhook|retention|partitions?|topics?|shards?|threads?|buffer)\b",
    re.IGNORECASE,
)
_RAN = re.compile(
    r"(?:^|\s)(?:(?:the|a|that)\s+)?(?:\w+\s+)?(?:backfill|migration|script|playbook|terraform apply|fix-?up)",
    re.IGNORECASE,
)
_TOOK = re.compile(r"\b(?:out\s+of\s+(?:rotation|the|service)|down|offline|out)\b", re.IGNORECASE)


def looks_manual(text: str) -> bool:
    """Whether `text`, a message as Slack sends it (`&lt;` escaped, code in backticks), says or shows a change that its
    author just made by hand. Who wrote it is for the caller: a bot's message is no person's deed."""
    if len(text) > _READ:
        return False
    own = _LINK.sub(" ", _QUOTED.sub("", text))
    fenced = [html.unescape(code) for code in _FENCED.findall(own)]
    rest = _FENCED.sub(f" {_CODE} ", own)
    inline = [html.unescape(code) for code in _INLINE.findall(rest)]
    prose = html.unescape(_INLINE.sub(f" {_CODE} ", rest)).replace("’", "'").strip()
    if "?" in prose or _ELSEWHERE.search(prose):
        return False
    said = _MENTION.sub("", prose) if re.match(_MENTION.pattern + r"\s+(?:I|we)\b", prose) else prose
    return _says(said) or _shows(prose, fenced, inline)


def _says(prose: str) -> bool:
    """A sentence that opens with the author (or nobody) and what they did or are doing to something in production."""
    for line in prose.splitlines():
        if _DOING.match(line.strip()):
            return True
        for found in _SAID.finditer(line.strip()):
            what, verb = found["what"], found["verb"].lower()
            if _NO_DEED.search(what) or (verb in ("ran", "run") and not _RAN.search(what)):
                continue
            if verb in ("took", "taken") and not _TOOK.search(what):
                continue
            if found["strong"] or _IN_PRODUCTION.search(found[0]):
                return True
    return False


def _shows(prose: str, fenced: list[str], inline: list[str]) -> bool:
    """A command that changes something, shown as run: nothing around it says otherwise."""
    around = prose.replace(_CODE, " ")
    if any(_changes(code) for code in (*fenced, *inline)):
        return not _NOT_DONE.search(around)
    first = prose.partition("\n")[0]
    return _changes(first) and not _NOT_DONE.search(around) and not _PROSE_AFTER.search(around)


def _changes(code: str) -> bool:
    """Whether one of the commands in `code` changes something. Output and logs are none."""
    if code.count("\n") > _LINES or _LOGGED.search(code):
        return False
    commands = (_NEXT.split(_PROMPT.sub("", line, count=1)) for line in code.splitlines())
    return any(_command_changes(command) for line in commands for command in line)


def _command_changes(command: str) -> bool:
    command = command.strip().lstrip("'\"")
    while carrier := _CARRIER.match(command):
        command = command[carrier.end() :]
    if _LOOKS_ONLY.search(command):
        return False
    if _SQL_CLIENT.match(command):
        return bool(_SQL_CHANGE.search(command))
    return changes_something(command) or bool(_ALSO.match(command))
