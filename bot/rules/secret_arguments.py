"""Passwords among the arguments of commands, by what each program takes them for.

`-p` is a password to `mysql`, a port to `ssh` and `docker run`, "make parents" to `mkdir`: only the program says.
"""

import re
from collections.abc import Iterator

from bot.rules.secret_names import is_stand_in

# The flags of programs that take a password, and the sign after which it stands in the flag's value: "" for all of it
# (`-p secret`), ":" for `-u user:secret`. A short flag may have its value joined on. Programs without flags end the
# reach of the one before them, as in `sshpass -p secret ssh -p 22`.
_TAKES: tuple[tuple[str, dict[str, str]], ...] = (
    ("ssh scp sftp rsync psql docker mkdir cp tar nc", {}),
    ("snmpget snmpset snmpwalk snmpbulkwalk", {"-A": "", "-X": ""}),
    ("az/secret", {"--value": ""}),
    (
        "sshpass rabbitmqadmin mongo mongosh mongodump mongorestore mongoexport mongoimport cqlsh twine influx",
        {"-p": ""},
    ),
    ("docker/login podman/login helm/login skopeo/login nerdctl/login buildah/login", {"-p": ""}),
    ("az/login oc/login cf/login crane/login", {"-p": ""}),
    ("sqlcmd bcp mosquitto_pub mosquitto_sub ipmitool zip unzip", {"-P": ""}),
    ("ldapsearch ldapmodify ldapadd ldapdelete ldapwhoami", {"-w": ""}),
    ("ldappasswd", {"-w": "", "-s": "", "-a": ""}),
    ("redis-cli valkey-cli", {"-a": ""}),
    ("skopeo", {"--src-creds": ":", "--dest-creds": ":", "--creds": ":"}),
    ("podman buildah crictl", {"--creds": ":"}),
    ("knife/bootstrap", {"-P": ""}),
    ("curl", {"-u": ":", "--user": ":", "-U": ":", "--proxy-user": ":", "-b": "=", "--cookie": "="}),
    ("http https hey", {"-a": ":", "--auth": ":"}),
    ("etcdctl", {"--user": ":"}),
    ("smbclient", {"-U": "%", "--user": "%"}),
    ("lftp", {"-u": ","}),
    ("kubectl/secret oc/secret", {"--from-literal": "="}),
    ("gh/secret", {"-b": "", "--body": ""}),
    ("aws/put-parameter", {"--value": ""}),
    ("doctl", {"-t": ""}),
    ("ssh-keygen", {"-N": "", "-P": ""}),
    ("keytool jarsigner", {"-storepass": "", "-keypass": "", "-deststorepass": ""}),
    ("openssl", {"-passin": "pass:", "-passout": "pass:", "-pass": "pass:", "-k": ""}),
)
# These read `-psecret` only: in `-p shop` the password is asked for, and shop is a database.
_JOINED_ONLY = (
    *("mysql", "mysqldump", "mysqladmin", "mysqlimport", "mysqlcheck", "mariadb", "mariadb-dump", "mariadb-admin"),
    *("mycli", "7z", "7za", "rar"),
)
_PROGRAMS: dict[str, dict[str, str]] = {program: {"-p": ""} for program in _JOINED_ONLY}
for _names, _flags in _TAKES:
    for _name in _names.split():
        _PROGRAMS.setdefault(_name.partition("/")[0], {})
        _PROGRAMS[_name] = _flags
ARGUMENT_HINTS = tuple(sorted({name.rpartition("/")[2] for name, flags in _PROGRAMS.items() if flags}))

# Where no flag says so: the secret is the pattern's group. By a hint, in lower case, that stands in every match.
POSITIONAL = {
    "rabbitmqctl": r"\brabbitmqctl\s(?:\S{1,60}\s){0,4}(?:change_password|add_user|authenticate_user)\s{1,5}\S{1,100}"
    r"\s{1,5}(\S+)",
    "htpasswd": r"\bhtpasswd\s{1,5}(?:-[A-Za-z0-9]{1,5}\s){0,5}?-[A-Za-z0-9]{0,5}b[A-Za-z0-9]{0,5}"
    r"\s{1,5}\S{1,200}\s{1,5}\S{1,100}\s{1,5}(\S+)",
    "configure set": r"\bconfigure set [\w.-]{0,60}(?:secret_access_key|session_token)\s{1,5}(\S+)",
    "vault login": r"\bvault login\s{1,5}(?:-\S{1,60}\s{1,5}){0,5}([^\s=-][^\s=]*)(?!\S)",
    "sqlplus": r"\bsqlplus\s{1,5}(?:-\S{1,20}\s{1,5}){0,4}[\"']?\w{1,60}/([^@\s\"'/]+)",
    " put ": r"\b(?:consul kv|etcdctl) put\s{1,5}[\w/.-]{0,200}(?:password|passwd|secret|token)\s{1,5}(\S+)",
    "net user": r"\bnet user\s{1,5}\S{1,100}\s{1,5}([^\s/]\S*)",
    "mc alias set": r"\bmc alias set\s{1,5}(?:\S{1,200}\s{1,5}){3}(\S+)",
    "pulumi config": r"\bpulumi config set\s{1,5}--secret\s{1,5}\S{1,100}\s{1,5}(\S+)",
    "changeuserpassword": r"\bchangeUserPassword\(\s{0,3}[\"'][^\"'\n]{1,100}[\"'],\s{0,3}[\"']([^\"'\n]+)",
    "redis-cli": r"\bredis-cli\s(?:[^\n|;&]{0,100}?\s)?(?:AUTH|auth)\s{1,5}(?:\S{1,100}\s{1,5})?(\S+)",
    "setuser": r"\b(?:SETUSER|setuser)\s[^\n]{0,100}?\s>(\S+)",
    "to-securestring": r"\bConvertTo-SecureString\s{1,5}(?:-String\s{1,5})?[\"']?([^\s\"']+)",
    "operator unseal": r"\bvault operator unseal\s{1,5}([^\s-]\S*)",
    "approle/login": r"\bapprole/login\s[^\n|;&]{0,200}?\bsecret_id=([^\s\"']+)",
    "admin": r"\b(?:mysql|mariadb-)admin\s[^\n|;&]{0,200}?\s(?:new-)?password\s{1,5}[\"']?([^\s\"']+)",
    "wpa_passphrase": r"\bwpa_passphrase\s{1,5}\S{1,100}\s{1,5}(\S+)",
    "nmcli": r"\bnmcli\s[^\n|;&]{0,200}?\spassword\s{1,5}[\"']?([^\s\"']+)",
    "nsupdate": r"\bnsupdate\s[^\n|;&]{0,100}?-y\s{1,5}(?:[\w.-]{1,100}:){1,2}(\S+)",
    "snmp": r"\bsnmp\w{1,12}\s[^\n|;&]{0,200}?-c\s{1,5}(?!(?:public|private)\s)(\S+)",
    "net use": r"\bnet use\s[^\n|;&]{0,200}?/user:\S{1,100}\s{1,5}([^\s/]\S*)",
    "schtasks": r"\bschtasks\s[^\n|;&]{0,200}?\s/rp\s{1,5}(\S+)",
    "xfreerdp": r"\bxfreerdp\d?\s[^\n|;&]{0,200}?\s/p:(\S+)",
    "echo": r"[_-]password[_-](?:cmd|command)[ =][\"']?echo\s{1,5}(?:-n\s{1,5})?([^\s\"']+)",
    "<<<": r"\b(?:secrets?|passwd|kinit|login|pass)\b[^\n|;&]{0,100}?<<<\s{0,5}[\"']?([^\s\"']+)",
    "<(": r"\b(?:secrets?|pass|preshared-key|private-key)\s[^\n]{0,100}?<\((?:echo|printf)\s{1,5}(?:-n\s{1,5})?[\"']?"
    r"(?:\w{1,60}\\n)?([^\s\"')]+)",
}

_WORD = re.compile(
    r"""[\n|;&()`]+|(?:[^\s"'|;&()`\\]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|\\.|["'\\])+""",
)
_ENDS = "\n|;&()`"
_PORTS = re.compile(r"(?:[\d.]+:)?\d+:\d+(?:/\w+)?")


def secret_arguments(text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
    """Start and end of each password among arguments, also in commands inside quotes (`ssh web-1 'mysql -p…'`)."""
    end = len(text) if end is None else end
    program, takes, awaited = "", dict[str, str](), None
    for word in _WORD.finditer(text, start, end):
        raw = word[0]
        name = raw.rpartition("/")[2]
        subcommand = f"{program}/{raw}"
        if raw[0] in _ENDS:
            program, takes, awaited = "", {}, None
        elif awaited is not None:
            yield from _after(text, *word.span(), awaited)
            awaited = None
        elif subcommand in _PROGRAMS and (raw != "put-parameter" or "SecureString" in text):
            takes = _PROGRAMS[subcommand]
        elif name in _PROGRAMS:
            program, takes = name, _PROGRAMS[name]
        elif raw in takes:
            awaited = None if program in _JOINED_ONLY else takes[raw]
        elif raw[0] == "-":
            flag = raw.partition("=")[0] if raw.startswith("--") else raw[:2]
            if flag in takes and not _PORTS.fullmatch(raw, 2):
                yield from _after(text, word.start() + len(flag) + raw.startswith("--"), word.end(), takes[flag])
        elif raw[0] in "\"'" and " " in raw:
            yield from secret_arguments(text, word.start() + 1, word.end() - 1)


def _after(text: str, start: int, end: int, sign: str) -> Iterator[tuple[int, int]]:
    """The part of an argument that stands after `sign`, without quotes around it."""
    if end - start >= 2 and text[start] in "\"'" and text[start] == text[end - 1]:
        start, end = start + 1, end - 1
    if sign:
        found = text.find(sign, start, end)
        start = end if found < 0 else found + len(sign)
    if start < end and text[start] in "\"'" and text[start] == text[end - 1]:
        start, end = start + 1, end - 1
    if start < end and not is_stand_in(text[start:end]):
        yield start, end
