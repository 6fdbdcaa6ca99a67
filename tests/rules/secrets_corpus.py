"""Command lines with and without secrets, as people paste them into a war room.

`«…»` marks what must not be stored; the marks are not part of the line. Keys are made up here, in the shape
that each vendor gives them, so that this file holds none that a scanner would have to ask about.

The frozen halves were written and committed before the first rule of redaction; the later halves while the
rules grew. They are counted apart: the frozen ones were not chosen to fit the rules.
"""

import hashlib
import re

_ALNUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_HEX = "0123456789abcdef"


def made_up(prefix: str, length: int, alphabet: str = _ALNUM) -> str:
    """A key that nobody issued: `prefix`, then `length` characters that are the same in every run."""
    stream = hashlib.shake_256(f"{prefix}/{length}".encode()).digest(length)
    return prefix + "".join(alphabet[byte % len(alphabet)] for byte in stream)


AWS_ID = made_up("AKIA", 16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
AWS_SECRET = made_up("", 40, _ALNUM + "/+")
JWT = ".".join((made_up("eyJhbGciOi", 26), made_up("eyJzdWIiOi", 60), made_up("", 43)))
GITHUB = made_up("ghp_", 36)
SLACK_BOT = made_up("xoxb-", 12, "0123456789") + made_up("-", 12, "0123456789") + made_up("-", 24)
SLACK_HOOK = "/".join((made_up("T", 10, _ALNUM[:26]), made_up("B", 10, _ALNUM[:26]), made_up("", 24, _ALNUM)))
STRIPE = made_up("sk_live_", 24)
PEM = "-----BEGIN RSA PRIVATE KEY-----\n" + "\n".join(made_up(f"{n}", 63) for n in range(4)) + "\n"
PEM += "-----END RSA PRIVATE KEY-----"

FROZEN_SECRETS = (
    "mysql -h db-1 -u root -p«hunter2» shop",
    "mysqldump -uadmin -p'«S3cr3t pass»' orders > /tmp/orders.sql",
    "mysql --host=db-1 --user=root --password=«hunter2» -e 'FLUSH PRIVILEGES'",
    "PGPASSWORD=«tr0ub4dor» psql -h db-1 -U app -c 'select 1'",
    "psql postgres://app:«tr0ub4dor&3»@db-1:5432/shop -c 'select 1'",
    "redis-cli -h cache-1 -a «r3disPass» FLUSHDB",
    "REDISCLI_AUTH=«r3disPass» redis-cli -h cache-1 flushall",
    "sshpass -p «letmein!» ssh root@web-1 reboot",
    "curl -u deploy:«s3cret» https://ci.example.com/job/run",
    "curl --user 'deploy:«s3 cret»' -X POST https://ci.example.com/job/run",
    f'curl -H "Authorization: Bearer «{JWT}»" https://api.example.com/v1/flags',
    "curl -H 'Authorization: Basic «ZGVwbG95OnMzY3JldA==»' https://api.example.com/",
    f"curl -H 'X-Api-Key: «{made_up('', 32)}»' https://api.example.com/v1/pools/3 -d size=80",
    "docker login -u ci -p «dockerpass1» registry.example.com",
    "docker run -d -e POSTGRES_PASSWORD=«pgpass99» -p 5432:5432 postgres:16",
    "kubectl create secret generic db --from-literal=password=«hunter2» --from-literal=user=«app» -n prod",
    "kubectl create secret docker-registry regcred --docker-username=ci --docker-password=«pw12345»",
    "kubectl -n shop set env deploy/web DB_PASSWORD=«n3wpass»",
    "helm upgrade pg bitnami/postgresql --set auth.postgresPassword=«Zx9kQ2» --set replicas=3",
    f"heroku config:set SECRET_KEY_BASE=«{made_up('', 64, _HEX)}» -a shop",
    f"aws configure set aws_secret_access_key «{AWS_SECRET}»",
    f"export AWS_ACCESS_KEY_ID=«{AWS_ID}» AWS_SECRET_ACCESS_KEY=«{AWS_SECRET}»",
    "aws ssm put-parameter --name /shop/db/password --type SecureString --value «n3wpass!» --overwrite",
    "aws secretsmanager put-secret-value --secret-id shop/db --secret-string «n3wpass!»",
    "vault kv put secret/shop/db password=«n3wpass!» ttl=1h",
    f"VAULT_TOKEN=«{made_up('hvs.', 24)}» vault kv get secret/shop",
    f"curl 'https://maps.googleapis.com/maps/api/geocode/json?key=«{made_up('AIza', 35)}»'",
    "az storage blob list --connection-string 'DefaultEndpointsProtocol=https;AccountName=shop;"
    f"AccountKey=«{made_up('', 86)}==»;EndpointSuffix=core.windows.net'",
    f"git clone https://x-access-token:«{GITHUB}»@github.com/acme/shop.git",
    f"gh auth login with {'«' + made_up('github_pat_', 22) + made_up('_', 59) + '»'} on the bastion",
    f"git remote set-url origin https://oauth2:«{made_up('glpat-', 20)}»@gitlab.example.com/a/b.git",
    f"slack-notify --token «{SLACK_BOT}» '#ops' back up",
    f"curl -X POST -d '{{}}' https://hooks.slack.com/services/«{SLACK_HOOK}»",
    f"stripe charges list --api-key «{STRIPE}»",
    f"echo //registry.npmjs.org/:_authToken=«{made_up('npm_', 36)}» > ~/.npmrc",
    f"twine upload -u __token__ -p «{made_up('pypi-AgEIcHlwaS5vcmc', 120)}» dist/*",
    f"set the session to {'«' + JWT + '»'} to test",
    f"replaced /etc/ssl/private/web.key with\n«{PEM}»",
    "ALTER USER app WITH PASSWORD '«n3wpass»';",
    "mysql -e \"ALTER USER 'app'@'%' IDENTIFIED BY '«n3wpass»'\"",
    "CREATE USER 'report'@'10.%' IDENTIFIED WITH mysql_native_password BY '«r3port»';",
    "SET PASSWORD FOR 'app'@'%' = '«n3wpass»';",
    "edited values.yaml:\ndb:\n  user: app\n  password: «n3wpass»\n  pool: 80",
    'curl -d \'{"username": "app", "password": "«n3wpass»"}\' https://auth.example.com/login',
    "echo 'SECRET_KEY=«kf8s7df6s8d7f6»' >> /etc/app/.env",
    "export DATABASE_URL=postgresql://app:«pa55»@db-2/shop",
    "celery -A app -b amqp://guest:«gu3st»@mq-1:5672// purge",
    "redis-cli -u redis://:«r3dis»@cache-1:6379/0 DBSIZE",
    "mongosh 'mongodb+srv://admin:«m0ngo»@cluster0.example.mongodb.net/shop'",
    "java -jar fix.jar --url 'jdbc:postgresql://db-1/shop?user=app&password=«n3wpass»'",
    f"curl 'https://api.example.com/v1/x?access_token=«{made_up('', 40, _HEX)}»&page=2'",
    "htpasswd -b /etc/nginx/.htpasswd ops «n3wpass»",
    "openssl pkcs12 -in web.p12 -passin pass:«changeit1» -nodes",
    "ldapsearch -x -D cn=admin,dc=example -w «ldapPw1» -b dc=example uid=ana",
    "rabbitmqctl change_password app «n3wpass»",
    "echo 'deploy:«n3wpass»' | chpasswd",
    "smbclient //nas-1/backup -U 'ops%«n3wpass»' -c ls",
    f"export SENDGRID_API_KEY=«{made_up('SG.', 22)}{made_up('.', 43)}»",
    f"OPENAI_API_KEY=«{made_up('sk-proj-', 48)}» python backfill.py",
    f"doctl auth init -t «{made_up('dop_v1_', 64, _HEX)}»",
    "terraform apply -var db_password=«n3wpass» -target=aws_db_instance.shop",
    "TF_VAR_db_password=«n3wpass» terraform apply",
    "ansible-playbook fix.yml -e ansible_become_pass=«sudoPw9»",
    "the new database password is «Tr0ub4dor&3», tell nobody",
    "wget --user=ops --password=«n3wpass» https://files.example.com/dump.gz",
)

FROZEN_HARMLESS = (
    "ssh -p 22 web-1 systemctl restart nginx",
    "ssh -p2222 deploy@web-1 uptime",
    "docker run -d -p 80:80 -p 443:443 nginx:1.25",
    "docker run -p8080:80 nginx",
    "mkdir -p /etc/app/conf.d",
    "cp -p /etc/app/db.conf /etc/app/db.conf.bak",
    "mysql -h db-1 -P 3306 -u root -p shop",
    "mysql -u root -p",
    "psql -h db-1 -p 5432 -U app shop",
    "redis-cli -h cache-1 -p 6379 flushall",
    "kubectl get secret db-creds -n prod -o yaml",
    "kubectl rollout restart deploy/token-service",
    "kubectl create secret generic db --from-file=./db.properties",
    "kubectl create secret tls web --cert=web.crt --key=web.key",
    "kubectl scale deploy/web --replicas=8 -n shop",
    "kubectl set image deploy/web web=registry.example.com/web@sha256:" + made_up("", 64, _HEX),
    "git cherry-pick " + made_up("", 40, _HEX),
    "git revert a79f427 && git push",
    "restored snapshot 7c9e6679-7425-40de-944b-e07fc1f90ae7",
    'psql -c "UPDATE users SET password_reset_at = NULL WHERE id = 7"',
    "UPDATE settings SET value = '80' WHERE key = 'pool_size';",
    "ALTER USER app CONNECTION LIMIT 80;",
    "ALTER TABLE tokens ADD COLUMN expires_at timestamptz;",
    "DELETE FROM api_tokens WHERE expires_at < now();",
    "sed -i 's/pool = 20/pool = 80/' /etc/app/db.conf",
    "sed -i 's/PasswordAuthentication yes/PasswordAuthentication no/' /etc/ssh/sshd_config",
    "vim /etc/pam.d/common-password",
    "rotated the database password and restarted the pods",
    "password reset page was 500, turned off the feature flag",
    "raised the token bucket from 100 to 500",
    "set max_tokens=4096 on the summariser",
    "vault token renew",
    "vault kv get secret/shop/db",
    "export PGPASSWORD=$(cat /run/secrets/pg) && psql -h db-1",
    "PGPASSWORD=$DB_PASS psql -h db-1",
    "curl -u $CI_USER:$CI_PASS https://ci.example.com/job/run",
    'curl -H "Authorization: Bearer $TOKEN" https://api.example.com/v1/flags',
    'curl -H "Authorization: Bearer ${TOKEN}" https://api.example.com/v1/flags',
    "docker login -u ci --password-stdin registry.example.com < /run/secrets/reg",
    "mysql --defaults-extra-file=/root/.my.cnf shop",
    "pg_dump --no-password -h db-1 shop",
    "helm upgrade pg bitnami/postgresql --set auth.existingSecret=pg-creds",
    "terraform apply -var-file=prod.tfvars",
    "password: {{ vault_db_password }}",
    "passwords are in the vault under shop/db",
    "secretName: web-tls",
    "psql -c \"ALTER SYSTEM SET password_encryption = 'scram-sha-256'\"",
    "export AWS_PROFILE=prod AWS_REGION=eu-west-1",
    "aws secretsmanager get-secret-value --secret-id "
    "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf",
    "rsync -avp /etc/nginx/ deploy@web-2:/etc/nginx/",
    "curl http://user-service:8080/v1/users/7@latest",
    "npm install @acme/auth@1.2.3",
    "git clone git@github.com:acme/shop.git",
    "ssh deploy@web-1:22 'rm /var/run/secrets.lock'",
    "base64 -d <<< aGVsbG8gd29ybGQsIHRoaXMgaXMgYSBsb25nIHN0cmluZw==",
    'etag was "33a64df551425fcc55e4d42a148795d9f25f89d4", purged it from the CDN',
    "traceparent 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01 shows the slow call",
    "redis-cli del session:cache_key:user:42",
    "sort -k2 access.log | uniq -c | sort -rn | head",
    "openssl x509 -in /etc/ssl/certs/web.pem -noout -dates",
    "touch /etc/app/token_bucket_disabled",
    "heroku config:set WEB_CONCURRENCY=4 -a shop",
    "heroku config:unset SECRET_KEY_BASE -a shop",
    "aws ssm put-parameter --name /shop/pool --type String --value 80 --overwrite",
    "reset the PIN pad at till 4 by hand",
)


def without_marks(line: str) -> str:
    return re.sub("[«»]", "", line)


def secrets_in(line: str) -> list[str]:
    return re.findall("«([^»]*)»", line)


def expected(line: str) -> str:
    """The line as it may be stored."""
    return re.sub("«[^»]*»", "[redacted]", line)
