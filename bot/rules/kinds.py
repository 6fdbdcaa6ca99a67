"""What was typed says what kind of change it was, and often where. A guess that is shown, with a menu to correct it."""

import re

from bot.rules.model import ActionKind

# In this order: the first that is found decides. Precise words only; what none of them knows is `other`.
_KINDS = (
    (
        ActionKind.DATABASE,
        r"\b(?:psql|mysql|mariadb|mongosh|sqlite3|sqlplus|cqlsh|pg_ctl|pg_repack)\b"
        r"|\bUPDATE\s+\S+\s+SET\b|\bINSERT\s+INTO\b|\bDELETE\s+FROM\b|\bTRUNCATE\s+TABLE\b"
        r"|\b(?:ALTER|CREATE|DROP)\s+(?:TABLE|(?:UNIQUE\s+)?INDEX|ROLE|USER|DATABASE|SEQUENCE|SYSTEM)\b"
        r"|\b(?:REINDEX|VACUUM)\b|\bpg_terminate_backend\b",
    ),
    (
        ActionKind.CLUSTER,
        r"\b(?:kubectl|oc|helm|k9s|nomad|eksctl|argocd|flux)\s+\S|\bdocker\s+(?:service|stack|swarm)\b"
        r"|\baws\s+(?:ecs|eks|autoscaling)\b|\bgcloud\s+(?:container|run)\b|\bscaled?\s+(?:up|down|out|in)\b"
        r"|\breplicas\b",
    ),
    (
        ActionKind.CODE,
        r"\bgit\s+(?:stash|commit|cherry-pick|revert|apply|am|rebase|merge|push)\b|\bhot-?patch(?:ed)?\b"
        r"|\bpatch\s+-p\d",
    ),
    (
        ActionKind.FLAG,
        r"\b(?:feature[ _-]?flags?|flags?|toggles?|kill[ _-]?switch|launchdarkly|ldcli|unleash|flipt|flagsmith"
        r"|split\.io)\b",
    ),
    (
        ActionKind.CONFIG,
        r"\b(?:heroku|flyctl|fly)\s+(?:config|secrets|ps:scale)|\bterraform\s+(?:apply|import|state|taint)\b"
        r"|\baws\s+(?:ssm|secretsmanager|route53|appconfig|lambda\s+update)|\bconsul\s+kv\b|\bvault\s+(?:kv|write)\b"
        r"|\bsysctl\b|\bsystemctl\s+(?:edit|set-property|set-environment|mask|disable|enable)\b|\bcrontab\b"
        r"|\biptables\b|\bufw\b|\bconfig:set\b|\b(?:env(?:ironment)?\s+var\w*|config(?:uration)?)\b"
        r"|\bredis-cli\b.*\bconfig\s+set\b|\bsetx?env\b|\bexport\s+[A-Z_]+=",
    ),
    (
        ActionKind.FILE,
        r"\b(?:vi|vim|nvim|nano|emacs|ed|visudo|tee|scp|rsync|chmod|chown|ln|mv|cp|rm|touch|truncate)\s+\S*[/.~]\S*"
        r"|\b(?:sed|perl)\s+(?:\S+\s+)*-\w*i|>>?\s*/\S+|(?:^|\s)(?:edited|changed|patched)\s+/\S+",
    ),
)
_COMPILED = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _KINDS)

_SSH = re.compile(
    r"\bssh\s+(?:-[46AaCfGgKkMNnqsTtVvXxYy]+\s+|-[BbcDEeFIiJLlmOopQRSWw]\s+\S+\s+)*(?:[\w.-]+@)?([\w][\w.-]*)"
)
_NAMED = re.compile(r"\b(?:deploy(?:ment)?|statefulset|sts|daemonset|ds|svc|service)/([\w.-]+)")
_FILE = re.compile(r"(?:^|\s)((?:/|~/)[\w.@+-]+(?:/[\w.@+-]+)+)(?=$|[\s:,;])")


def infer_kind(text: str) -> ActionKind:
    """The kind of change that a text describes; `other` where nothing in it is plain."""
    return next((kind for kind, pattern in _COMPILED if pattern.search(text)), ActionKind.OTHER)


def infer_target(text: str) -> str | None:
    """The host or workload that was changed, where the text names it: `ssh web-1 …`, `deploy/web`."""
    found = _SSH.search(text) or _NAMED.search(text)
    return found[1] if found else None


def infer_path(text: str) -> str | None:
    """The file that was changed, where the text is about one file and names it."""
    if infer_kind(text) not in (ActionKind.FILE, ActionKind.CONFIG):
        return None
    named: list[str] = _FILE.findall(text)
    return named[0] if len(set(named)) == 1 else None
