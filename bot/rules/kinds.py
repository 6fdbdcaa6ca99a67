"""What kind of change was typed, where it was made and to which file, as far as the text says so plainly.

A guess is shown with a button to correct it, so a wrong guess costs more than none: what is not plain is `other`.
"""

import re
from collections.abc import Iterable

from bot.rules.model import ActionKind

_READ = 2000  # characters; what stands behind them makes no command plainer

_OPTIONS = r"(?:\s+-\S+(?:\s+[^-\s]\S*)??)*?\s+"  # up to the subcommand
_NOUNS = r"(?:\s+[^-\s]\S*){0,4}?\s+"  # `compute instances` in `gcloud compute instances update`
_CLIENT = r"(?=\s*$|\s+(?:-|['\"<]|\S+://|[\w.-]+\s*(?:$|<|-)))"
_WITH_PATH = r"(?:\s+[^\s|;&]+){0,4}?\s+[^\s|;&]*[/.]\w"

# Commands, and what must follow one for it to be a change of this kind. Of several rows for a command the first counts.
_MEANINGS = (
    (ActionKind.CONFIG, "redis-cli valkey-cli", r".{0,80}\b(?i:config\s+set)\b"),
    (ActionKind.DATABASE, "psql mysql mariadb mongosh mongo sqlite3 cqlsh sqlcmd sqlplus clickhouse-client", _CLIENT),
    (ActionKind.DATABASE, "redis-cli valkey-cli mysqladmin pg_restore mongorestore", _CLIENT),
    (ActionKind.DATABASE, "update", r"(?i:\s+\S+(?:\s+(?:as\s+)?\w+)?\s+set\s+\S+\s*=)"),
    (ActionKind.DATABASE, "insert", r"(?i:\s+into\s+\S+\s*(?:\(|values|select))"),
    (ActionKind.DATABASE, "delete", r"(?i:\s+from\s+\S+?\s*(?:\swhere\b|\susing\b|;|[\"'](?:\s|$)))|\s+FROM\s"),
    (
        ActionKind.DATABASE,
        "alter create drop",
        r"(?i:\s+(?:(?:or\s+replace|unique|temporary|materialized)\s+)*(?:table|index|sequence|view|function|trigger"
        r"|extension|tablespace|database)\s)|\s+(?:SYSTEM|ROLE|USER|SCHEMA|TYPE|DOMAIN|POLICY|PUBLICATION)\s",
    ),
    (ActionKind.DATABASE, "truncate", r"(?i:\s+table\s)|\s+[\w.]+\s*;"),
    (ActionKind.DATABASE, "grant revoke", r"(?i:\s+[\w, ()]{1,80}\s+on\s+\S+\s+(?:to|from)\s)"),
    (ActionKind.DATABASE, "vacuum reindex", r"(?i:\s+(?:full|analyze|table|index|concurrently|verbose)\b|\s*;)"),
    (ActionKind.DATABASE, "set", r"(?i:\s+(?:global|persist)\s+\S+\s*=)"),
    (ActionKind.DATABASE, "alembic flyway liquibase", r"\s+(?:upgrade|downgrade|migrate|repair|update|rollback)\b"),
    (ActionKind.DATABASE, "rails rake manage.py artisan", r"\s+(?:db:\w+|migrate\b)"),
    (
        ActionKind.CLUSTER,
        "kubectl oc",
        _OPTIONS + r"(?:scale|apply|patch|edit|set|rollout|delete|annotate|label|cordon|uncordon|drain|taint|create"
        r"|replace|autoscale|expose)\b",
    ),
    (ActionKind.CLUSTER, "helm", _OPTIONS + r"(?:upgrade|install|rollback|uninstall|delete)\b"),
    (ActionKind.CLUSTER, "argocd flux istioctl", _OPTIONS + r"(?:app|suspend|resume|reconcile|install)\b"),
    (ActionKind.CLUSTER, "docker podman", r"\s+(?:service|stack|swarm|node|compose" + _OPTIONS + r"(?:up|scale))\b"),
    (ActionKind.CLUSTER, "nomad", r"\s+(?:job|node)\s"),
    (ActionKind.CLUSTER, "eksctl kops", r"\s+(?:scale|create|delete|update|upgrade|edit|set)\b"),
    (ActionKind.CLUSTER, "heroku", r"\s+ps:(?:scale|resize|type)\b"),
    (ActionKind.CLUSTER, "fly flyctl", r"\s+(?:scale|machine)\b"),
    (ActionKind.CLUSTER, "aws", _OPTIONS + r"(?:ecs|eks|autoscaling|application-autoscaling)\s+(?!describe|list)"),
    (ActionKind.CLUSTER, "gcloud", _NOUNS + r"(?:clusters|instance-groups|node-pools)\s+(?!describe|list)"),
    (ActionKind.CONFIG, "heroku", r"\s+config:(?:set|unset|edit|add|remove)\b"),
    (ActionKind.CONFIG, "terraform tofu terragrunt", _OPTIONS + r"(?:apply|import|taint|untaint|destroy|state)\b"),
    (ActionKind.CONFIG, "pulumi", _OPTIONS + r"(?:up|config|destroy|import)\b"),
    (
        ActionKind.CONFIG,
        "aws",
        _OPTIONS + r"[a-z0-9-]+\s+(?:put|update|modify|set|create|delete|change|add|remove|attach|detach|authorize"
        r"|revoke|enable|disable|associate|register|deregister)-",
    ),
    (ActionKind.CONFIG, "gcloud az", _NOUNS + r"(?:set|update|patch|create|delete|add|remove|deploy)(?:-\w+)*\b"),
    (ActionKind.CONFIG, "fly flyctl", r"\s+secrets\b"),
    (ActionKind.CONFIG, "vercel netlify wrangler railway", r"\s+(?:env|secret|variables)\b"),
    (ActionKind.CONFIG, "consul etcdctl vault", r"\s+(?:kv\s+)?(?:put|patch|write|delete|del)\b"),
    (ActionKind.CONFIG, "sysctl", r"\s+(?:-w|--write|[\w.]+=)"),
    (ActionKind.CONFIG, "iptables ip6tables nft ufw firewall-cmd tc", r"\s+(?:-|add|insert|delete|allow|deny|qdisc)"),
    (ActionKind.CONFIG, "systemctl", _OPTIONS + r"(?:set-property|enable|disable|mask|unmask|edit)\b"),
    (ActionKind.CONFIG, "rabbitmqctl", _OPTIONS + r"(?:set_|clear_|add_|delete_|change_)"),
    (ActionKind.CONFIG, "kafka-configs kafka-configs.sh kafka-topics kafka-topics.sh", r"\s.*--(?:alter|delete)\b"),
    (ActionKind.CONFIG, "crontab", r"\s+-[er]\b"),
    (
        ActionKind.CODE,
        "git",
        _OPTIONS + r"(?:commit|stash|cherry-pick|revert|apply|am|merge|rebase|push|pull|checkout|switch|reset)\b",
    ),
    (ActionKind.CODE, "patch", r"\s+(?:-p\d|.*<\s*\S)"),
    (ActionKind.FLAG, "unleash launchdarkly ldcli flagsmith growthbook flipper configcat", r""),
    (ActionKind.FILE, "vi vim nvim nano emacs joe sudoedit ed", _WITH_PATH),
    (ActionKind.FILE, "sed", r"(?:\s+\S+){0,6}?\s+-[a-zA-Z]*i"),
    (ActionKind.FILE, "perl", r"(?:\s+-\S+)*?\s+-[a-z]*i"),
    (ActionKind.FILE, "visudo", r""),
    (ActionKind.FILE, "tee truncate cp mv rm ln chmod chown scp rsync touch", _WITH_PATH),
    (ActionKind.FILE, "echo cat printf", r"\s[^|\n]*?>>?\s*(?!/dev/|/proc/|/sys/)[\w~./-]*[/.]\w"),
    (ActionKind.CONFIG, "echo", r"\s[^\n]*?(?:>>?|tee)\s*/(?:proc|sys)/"),
)  # fmt: skip

# What leaves nothing behind that a repository could carry.
_EPHEMERAL = (
    ("systemctl", _OPTIONS + r"(?:restart|reload|try-restart|reload-or-restart|kill|daemon-reload)\b"),
    ("service", r"\s+\S+\s+(?:restart|reload)\b"),
    ("kubectl oc", _OPTIONS + r"(?:rollout\s+restart\b|delete\s+(?:pods?|po)\b)"),
    ("redis-cli valkey-cli", r".{0,120}\b(?i:flushall|flushdb|client\s+kill)\b"),
    ("docker podman", r"\s+(?:restart|kill|compose" + _OPTIONS + r"restart)\b"),
    ("supervisorctl pm2", r"\s+(?:restart|reload)\b"),
    ("heroku", r"\s+(?:ps:restart|restart|dyno:restart)\b"),
    ("nginx", r"\s+-s\s+(?:reload|reopen)\b"),
    ("apachectl apache2ctl", r"\s+(?:graceful|restart)\b"),
    ("kill pkill killall", r"\s+\S"),
    ("reboot", r"\s*$|\s+\S+\s*$"),
    ("shutdown", r"\s+-r\b"),
    ("rndc varnishadm resolvectl", r".{0,60}\b(?:flush|ban|purge)"),
    ("artisan", r"\s+cache:clear\b"),
    ("aws", _OPTIONS + r"cloudfront\s+create-invalidation\b"),
)

_Table = dict[str, list[tuple[ActionKind, re.Pattern[str]]]]


def _by_command(rows: Iterable[tuple[ActionKind, str, str]]) -> _Table:
    table: _Table = {}
    for kind, commands, arguments in rows:
        for command in commands.split():
            table.setdefault(command, []).append((kind, re.compile(arguments)))
    return table


_CHANGES = _by_command(_MEANINGS)
_PASSING = _by_command((ActionKind.OTHER, commands, arguments) for commands, arguments in _EPHEMERAL)

_WORD = re.compile(r"[^\s'\"`;|&()]+")
_SAID_FLAG = re.compile(
    r"(?i:\bfeature[ _-]?(?:flag|toggle|gate|switch)|\bkill[ _-]?switch"
    r"|\b(?:turn|switch|toggl|flip|disabl|enabl|set)\w*\b[^\n]{0,60}\bflag\b)"
)
_SAID_FILE = re.compile(
    r"(?i:\b(?:edited|changed|modified|patched|fixed|replaced|commented out|appended|added|removed)\b)[^\n]{0,80}?"
    r"\s(?:~?/[\w.-]+/[\w./-]+|[\w./-]+\.(?:conf|cnf|cfg|ini|ya?ml|toml|json|env|properties|service))(?=[\s,.;:)]|$)"
)
_SAID_PASSING = re.compile(r"(?i:\s*(?:restarted|rebooted|bounced|reloaded|flushed|purged|cleared)\s)")
_AND_MORE = re.compile(r"(?i:\b(?:and|then|after)\b)")
_NEXT_COMMAND = re.compile(r"&&|\|\||[;\n]")


def _first(table: _Table, text: str) -> ActionKind | None:
    """The kind of the first command in `text` that is in `table` with the right arguments."""
    for word in _WORD.finditer(text):
        name = word[0].rpartition("/")[2].rstrip(":,.").lower()
        for kind, arguments in table.get(name, ()):
            if arguments.match(text, word.end()):
                return kind
    return None


def infer_kind(text: str) -> ActionKind:
    """The kind of change that `text`, a command or a sentence, plainly is; else `other`."""
    text = text[:_READ]
    if kind := _first(_CHANGES, text):
        return kind
    if _SAID_FLAG.search(text):
        return ActionKind.FLAG
    return ActionKind.FILE if _SAID_FILE.search(text) else ActionKind.OTHER


def infer_ephemeral(text: str) -> bool:
    """Whether `text` is nothing but restarts and flushes. To suggest only: a person decides that it leaves nothing."""
    commands = [command for command in _NEXT_COMMAND.split(text[:_READ]) if command.strip(" '\"")]
    if commands and all(_first(_PASSING, command) for command in commands):
        return True
    said = _SAID_PASSING.match(text) and not _AND_MORE.search(text[:_READ])
    return bool(said) and infer_kind(text) is ActionKind.OTHER


def changes_something(command: str) -> bool:
    """Whether `command`, by its first word, plainly changes something: a restart too."""
    word = _WORD.match(command)
    name = word[0].rpartition("/")[2].lower() if word else ""
    meanings = (*_CHANGES.get(name, ()), *_PASSING.get(name, ()))
    return word is not None and any(arguments.match(command, word.end()) for _, arguments in meanings)


_COMMAND = r"(?:^|[\n;&|'\"`(]\s*|\bsudo\s+)"
_HOST = r"((?!(?:to|into|in|on|onto|and|keys?|config)\b)[A-Za-z0-9][\w.-]*)"
_TARGETS = (
    re.compile(_COMMAND + r"ssh(?:\s+-[bcDeEFiIJlLmoOpQRSWw]\s*\S+|\s+-\w+)*\s+(?:[\w.-]+@)?" + _HOST),
    re.compile(
        r"\bkubectl\s.{0,120}?\b((?:deploy(?:ment)?|sts|statefulset|ds|daemonset|svc|service|ing(?:ress)?|cm|configmap"
        r"|pod|po|(?:cron)?job|hpa|node|no)(?:/|\s+)[a-z0-9][\w.-]*)"
    ),
    re.compile(r"\bkubectl" + _OPTIONS + r"exec(?:\s+-[nc]\s+\S+|\s+-\S+)*\s+([a-z0-9][\w./-]*)"),
    re.compile(r"\b(?:psql|mysql\w*|mariadb\w*|redis-cli|mongosh?|pg_\w+)\b[^|;\n]*?\s(?:-h\s*|--host[= ])" + _HOST),
    re.compile(r"\b(?:psql|redis-cli|mongosh?)\s[^|;\n]*?://(?:[^\s/@]*@)?" + _HOST),
    re.compile(r"\bdocker\s+(?:exec|restart|kill)(?:\s+-\w+)*\s+" + _HOST),
    re.compile(r"\b(?:scp|rsync)\s[^|;\n]*\s(?:[\w.-]+@)?" + _HOST + r":"),
    re.compile(r"\bheroku\s[^|;\n]*?(?:-a\s*|--app[= ])" + _HOST),
)


def infer_target(text: str) -> str | None:
    """The host, workload or database that a command names plainly: `web-1` of `ssh web-1 …`, `deploy/web`."""
    for pattern in _TARGETS:
        if found := pattern.search(text[:_READ]):
            return "/".join(found[1].split())
    return None


_ABSOLUTE = re.compile(r"(?:(?<=[\s:>'\"])|^)(~?/[\w@+-][\w.@+~-]*(?:/[\w.@+~-]+)*)(?=[\s;:'\"),]|$)")
_NOT_CHANGED = re.compile(r"/(?:dev|proc|tmp|usr/bin|usr/local/bin|usr/sbin|bin|sbin)(?:/|$)")
_EDITED = re.compile(r"(?<![\w.-])(?:vim?|nvim|nano|emacs|sudoedit)(?:\s+[-+]\S+)*\s+([^\s'\"-][^\s'\"]*)")
_TO_LAST = re.compile(_COMMAND + r"(?:cp|mv|ln|install|scp|rsync)\s")


def infer_path(text: str) -> str | None:
    """The one file that a change names plainly: `/etc/nginx/nginx.conf` of `vim /etc/nginx/nginx.conf`."""
    text = text[:_READ]
    if infer_kind(text) is not ActionKind.FILE:
        return None
    if edited := _EDITED.search(text):
        return edited[1]
    paths = [path.rstrip(".") for path in _ABSOLUTE.findall(text) if not _NOT_CHANGED.match(path)]
    return paths[-1] if len(set(paths)) == 1 or (paths and _TO_LAST.search(text)) else None
