"""A Git host for tests: real repositories behind git's own `http-backend`, over https, for who knows a token."""

import asyncio
import base64
import os
import ssl
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

READ, WRITE = "a-token-that-reads", "a-token-that-writes"


class Host:
    """Serves the repositories below `root` as `https://127.0.0.1:PORT/NAME.git`.

    `tokens` says who may read ("read") and push ("write"). `requests` are the paths that were asked for. While
    `answering` is cleared, requests wait.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.tokens = {READ: "read", WRITE: "write"}
        self.requests: list[str] = []
        self.answering = threading.Event()
        self.answering.set()
        self.app = web.Application(client_max_size=1 << 28)
        self.app.router.add_route("*", "/{name:.+\\.git}/{rest:.*}", self._git)
        self.netloc = ""

    def url(self, name: str) -> str:
        return f"https://{self.netloc}/{name}.git"

    def may(self, token: str | None, right: str) -> bool:
        return self.tokens.get(token or "") in (right, "write")

    async def _git(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request.path_qs)
        while not self.answering.is_set():
            await asyncio.sleep(0.02)
        token = _password(request.headers.get("Authorization", ""))
        if token not in self.tokens:
            return web.Response(status=401, headers={"WWW-Authenticate": 'Basic realm="git"'})
        pushes = "git-receive-pack" in request.path_qs
        if pushes and not self.may(token, "write"):
            return web.Response(status=403, text="Write access to repository not granted.\n")
        env = {
            "PATH": os.environ["PATH"],
            "GIT_PROJECT_ROOT": str(self.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_CONFIG_NOSYSTEM": "1",
            "PATH_INFO": request.path,
            "QUERY_STRING": request.query_string,
            "REQUEST_METHOD": request.method,
            "CONTENT_TYPE": request.headers.get("Content-Type", ""),
            "HTTP_CONTENT_ENCODING": "",  # aiohttp has unpacked it
            "GIT_PROTOCOL": request.headers.get("Git-Protocol", ""),
            "REMOTE_ADDR": "127.0.0.1",
            **({"REMOTE_USER": "bot"} if pushes else {}),
        }
        backend = ("git", "http-backend")
        body = await request.read()
        done = await asyncio.to_thread(subprocess.run, backend, env=env, input=body, capture_output=True, check=True)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        status = int(headers.pop("Status", "200").split()[0])
        return web.Response(status=status, headers=headers, body=content)


def _password(authorization: str) -> str | None:
    scheme, _, value = authorization.partition(" ")
    return base64.b64decode(value).decode().partition(":")[2] if scheme.lower() == "basic" else None


@contextmanager
def hosting(folder: Path, routes: Sequence[web.RouteDef] = ()) -> Iterator[Host]:
    """A running host, whose certificate is `folder/host.pem`: give that to git as GIT_SSL_CAINFO. `routes` are what it
    serves besides."""
    host = Host(folder / "host")
    host.app.add_routes(routes)
    host.root.mkdir()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(_certificate(folder / "host.pem"))
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    runner = web.AppRunner(host.app, shutdown_timeout=0.1)

    async def start() -> None:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
        host.netloc = f"127.0.0.1:{runner.addresses[0][1]}"

    asyncio.run_coroutine_threadsafe(start(), loop).result(10)
    try:
        yield host
    finally:
        host.answering.set()
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def _certificate(path: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(secret + certificate.public_bytes(serialization.Encoding.PEM))
    return path
