"""What is guessed from a logged command: its kind, where it ran, which file it changed."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.kinds import infer_ephemeral, infer_kind, infer_path, infer_target
from bot.rules.model import ActionKind

KINDS = {
    ActionKind.CLUSTER: [
        "kubectl scale deploy/web --replicas=8 -n shop",
        "Kubectl -n shop set env deploy/web POOL=80",
        "kubectl --context prod edit cm app",
        "ran kubectl rollout undo deploy/web",
        "ssh bastion 'kubectl apply -f /tmp/fix.yaml'",
        "helm rollback web 41",
        "helm -n shop upgrade web ./web --set pool=80",
        "docker compose -f prod.yml up -d --scale web=4",
        "docker service scale shop_web=8",
        "aws --profile prod ecs update-service --cluster shop --service web --desired-count 8",
        "gcloud compute instance-groups managed resize web --size 8",
        "heroku ps:scale web=8 -a shop",
    ],
    ActionKind.DATABASE: [
        "UPDATE settings SET value = '80' WHERE key = 'pool_size';",
        "update orders o set state = 'paid' where id = 7",
        "DELETE FROM api_tokens WHERE expires_at < now();",
        "delete from jobs where state = 'stuck'",
        "INSERT INTO flags (name, on) VALUES ('checkout', false)",
        "ALTER TABLE orders ADD COLUMN note text;",
        "ALTER SYSTEM SET max_connections = 500",
        "create index concurrently orders_by_day on orders (day)",
        "TRUNCATE TABLE sessions",
        "GRANT SELECT ON orders TO report",
        "SET GLOBAL max_connections = 500",
        "psql -h db-1 -c 'VACUUM ANALYZE orders'",
        "sudo -u postgres psql shop < /tmp/fix.sql",
        "mysql --host=db-1 shop -e 'call fix_orders()'",
        'kubectl exec -it db-0 -n prod -- psql -c "ALTER SYSTEM SET max_connections = 500"',
        "docker exec -it mongo mongosh --eval 'db.jobs.deleteMany({})'",
        "redis-cli -h cache-1 del session:42",
        "rails db:migrate",
        "alembic upgrade head",
    ],
    ActionKind.FILE: [
        "vim /etc/nginx/nginx.conf",
        "ssh web-1 sudo nano /etc/hosts",
        "sed -i 's/pool = 20/pool = 80/' /etc/app/db.conf",
        "sed -e 's/a/b/' -i.bak app.yml",
        "perl -pi -e 's/20/80/' /etc/app/db.conf",
        "cp /tmp/fixed.conf /etc/app/app.conf",
        "echo 'pool = 80' | sudo tee -a /etc/app/db.conf",
        "echo 'pool = 80' >> /etc/app/db.conf",
        "scp nginx.conf web-1:/etc/nginx/nginx.conf",
        "chmod 644 /etc/app/db.conf",
        "edited /etc/app/db.conf: pool is 80 now",
        "commented out the cron line in reports.service",
        "sudo visudo",
    ],
    ActionKind.CONFIG: [
        "heroku config:set WEB_CONCURRENCY=4 -a shop",
        "terraform apply -target=aws_lb.web",
        "terraform -chdir=prod state rm aws_lb.web",
        "aws ssm put-parameter --name /shop/pool --value 80 --overwrite",
        "aws rds modify-db-instance --db-instance-identifier shop --allocated-storage 500",
        "gcloud sql instances patch shop --tier=db-custom-8",
        "az webapp config appsettings set -g shop -n web --settings POOL=80",
        "consul kv put shop/pool 80",
        "vault kv put secret/shop pool=80",
        "sysctl -w net.core.somaxconn=4096",
        "echo 4096 > /proc/sys/net/core/somaxconn",
        "iptables -A INPUT -s 10.0.0.7 -j DROP",
        "systemctl disable report.timer",
        "redis-cli -h cache-1 CONFIG SET maxmemory 4gb",
        "kubectl exec redis-0 -- redis-cli config set maxmemory 4gb",
        "crontab -e",
    ],
    ActionKind.CODE: [
        "git stash",
        "git -C /srv/app checkout a79f427",
        "git commit -am 'UPDATE users SET plan = 1'",
        "cherry-picked: git cherry-pick a79f427 && git push",
        "cd /srv/app && patch -p1 < /tmp/fix.diff",
    ],
    ActionKind.FLAG: [
        "turned the checkout flag off",
        "feature flag new-checkout disabled for EU",
        "launchdarkly: new-checkout off",
        "unleash toggle checkout=off",
        "flipped the kill switch for payments",
    ],
    ActionKind.OTHER: [
        "",
        "raised the pool size to 80 in the console",
        "psql was slow, told the DBA",
        "update: we set the pool higher",
        "delete from the CDN what was stale",
        "the patch for checkout is being reviewed",
        "git is slow today",
        "asked AWS to raise the limit",
        "docker build --file X .",
        "docker run --no-cache --rm shop/tool",
        "kubectl get pods",
        "kubectl logs deploy/web",
        "helm list",
        "aws ec2 describe-instances",
        "terraform plan",
        "systemctl restart nginx",
        "set the thermostat to on",
        "cat /etc/hosts",
        "curl -X POST http://admin:8081/cache/flush",
        "passed --flag to the job runner",
    ],
}


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in KINDS.items() for text in texts])
def test_the_kind_of_a_change(kind: ActionKind, text: str) -> None:
    assert infer_kind(text) is kind


@pytest.mark.parametrize(
    ("text", "ephemeral"),
    [
        ("systemctl restart nginx", True),
        ("sudo systemctl restart nginx && sudo systemctl restart php-fpm", True),
        ("ssh web-1 'sudo service nginx reload'", True),
        ("kubectl -n shop rollout restart deploy/web", True),
        ("kubectl delete pod web-7f9c", True),
        ("redis-cli -h cache-1 FLUSHALL", True),
        ("docker compose restart web", True),
        ("kill -9 4711", True),
        ("heroku restart -a shop", True),
        ("restarted web-1", True),
        ("Flushed the CDN cache", True),
        ("", False),
        ("systemctl stop nginx", False),
        ("systemctl disable nginx", False),
        ("sed -i s/20/80/ /etc/app/db.conf && systemctl restart app", False),
        ("kubectl delete deploy web", False),
        ("kubectl rollout undo deploy/web", False),
        ("redis-cli config set maxmemory 4gb", False),
        ("restarted web-1 and raised its pool", False),
        ("restarted web-1 after we edited /etc/app/db.conf", False),
        ("raised the pool", False),
    ],
)
def test_only_what_leaves_nothing_is_suggested_as_ephemeral(text: str, ephemeral: bool) -> None:
    assert infer_ephemeral(text) is ephemeral


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("ssh web-1 uptime", "web-1"),
        ("ssh -p 2222 -i ~/.ssh/id deploy@web-1.example.com 'sed -i s/a/b/ x.conf'", "web-1.example.com"),
        ("kubectl scale deploy/web --replicas=8", "deploy/web"),
        ("kubectl -n shop rollout restart deployment web", "deployment/web"),
        ("kubectl exec -it -n prod db-0 -- psql", "db-0"),
        ("psql -h db-1 -U app -c 'select 1'", "db-1"),
        ("psql 'postgres://app@db-2:5432/shop' -c 'select 1'", "db-2"),
        ("mysql --host=db-3 -e 'FLUSH PRIVILEGES'", "db-3"),
        ("redis-cli -h cache-1 flushall", "cache-1"),
        ("docker exec -it web-1 sh", "web-1"),
        ("scp nginx.conf deploy@web-2:/etc/nginx/", "web-2"),
        ("heroku config:set POOL=80 -a shop", "shop"),
        ("ssh into web-1", None),
        ("ssh keys were rotated", None),
        ("UPDATE settings SET value = 1", None),
        ("restarted web-1", None),
        ("", None),
    ],
)
def test_a_target_that_is_named_plainly(text: str, target: str | None) -> None:
    assert infer_target(text) == target


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("vim /etc/nginx/nginx.conf", "/etc/nginx/nginx.conf"),
        ("sudo vi +88 config/app.yml", "config/app.yml"),
        ("ssh web-1 \"sed -i 's#/old#/new#' /etc/app/db.conf\"", "/etc/app/db.conf"),
        ("cp /srv/fixed.conf /etc/app/app.conf", "/etc/app/app.conf"),
        ("scp nginx.conf web-1:/etc/nginx/nginx.conf", "/etc/nginx/nginx.conf"),
        ("echo 'pool = 80' | sudo tee -a /etc/app/db.conf > /dev/null", "/etc/app/db.conf"),
        ("edited /etc/app/db.conf: pool is 80", "/etc/app/db.conf"),
        ("edited /etc/app/db.conf.", "/etc/app/db.conf"),
        ("edited /etc/app/db.conf and /etc/app/web.conf", None),
        ("kubectl apply -f /srv/fix.yaml", None),
        ("restarted web-1", None),
        ("", None),
    ],
)
def test_a_path_that_is_named_plainly(text: str, path: str | None) -> None:
    assert infer_path(text) == path


pieces = st.lists(
    st.sampled_from(
        [
            *"-/. ;'\"=<>|",
            " -n ",
            " -- ",
            "--x ",
            "kubectl ",
            "exec ",
            "ssh ",
            "sed ",
            "vim ",
            "update ",
            "set ",
            "psql ",
            "echo ",
        ]
    ),
    max_size=300,
).map("".join)


@given(st.one_of(pieces, st.text(max_size=300)))
def test_any_text_gets_an_answer_soon(text: str) -> None:
    start = time.process_time()
    infer_kind(text), infer_ephemeral(text), infer_target(text), infer_path(text)
    assert time.process_time() - start < 0.5


@pytest.mark.parametrize(
    "unit", ["kubectl ", "kubectl -a", "kubectl -a b ", "ssh -a ", "echo ", "psql ", "sed -", ";", "cp a ", "/a"]
)
def test_a_megabyte_costs_no_more_than_a_page(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    start = time.process_time()
    infer_kind(text), infer_ephemeral(text), infer_target(text), infer_path(text)
    assert time.process_time() - start < 2
