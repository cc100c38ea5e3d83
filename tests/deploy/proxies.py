"""The real nginx and the real Caddy, run by the very files in `deploy/`; only names, ports and certificates are this machine's."""

import contextlib
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.deploy.pair import DEPLOY

NAME = "localhost"
AROUND_NGINX = """
daemon off;
{user}
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {folder}/bodies;
    proxy_temp_path {folder}/answers;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""
AROUND_CADDY = "{\n\tadmin off\n\tskip_install_trust\n\tauto_https disable_redirects\n\tdefault_bind 127.0.0.1\n}\n"

Change = tuple[str, str]  # of the file: what stands there, and what an operator writes instead
Proxy = Callable[[Path, int, Sequence[int], Change], AbstractContextManager[ssl.SSLContext]]
AS_IT_IS = ("", "")


def found(name: str) -> str | None:
    """Where a proxy is; Debian keeps them where only the administrator looks."""
    return shutil.which(
        name, path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
    )


@contextlib.contextmanager
def nginx(
    folder: Path, port: int, processes: Sequence[int], change: Change = AS_IT_IS
) -> Iterator[ssl.SSLContext]:
    """nginx on `port` before processes on two ports; how to trust it."""
    site = changed((DEPLOY / "nginx.conf").read_text(), change)
    certificate(folder)
    for there, here in (
        ("127.0.0.1:8765", f"127.0.0.1:{processes[0]}"),
        ("127.0.0.1:8766", f"127.0.0.1:{processes[-1]}"),
        ("realtime.example.com;", f"{NAME};"),
        ("listen 80;", f"listen unix:{folder}/plain.socket;"),
        ("listen 443 ", f"listen 127.0.0.1:{port} "),
        ("/etc/ssl/certs/realtime.example.com.pem", f"{folder}/certificate.pem"),
        ("/etc/ssl/private/realtime.example.com.key", f"{folder}/key.pem"),
    ):
        assert there in site, there
        site = site.replace(there, here)
    (folder / "site.conf").write_text(site)
    (folder / "nginx.conf").write_text(
        AROUND_NGINX.format(folder=folder, user="user root;" if os.geteuid() == 0 else "")
    )
    command = [
        str(found("nginx")),
        "-e",
        "stderr",
        "-c",
        str(folder / "nginx.conf"),
        "-p",
        str(folder),
    ]
    with _running(command, folder, port, folder / "certificate.pem") as tls:
        yield tls


@contextlib.contextmanager
def caddy(
    folder: Path, port: int, processes: Sequence[int], change: Change = AS_IT_IS
) -> Iterator[ssl.SSLContext]:
    """Caddy on `port` before the processes; how to trust it."""
    (folder / "Caddyfile").write_text(
        AROUND_CADDY + changed((DEPLOY / "Caddyfile").read_text(), change)
    )
    environ = {
        "REALTIME_HOST": f"{NAME}:{port}",
        "REALTIME_PROCESSES": " ".join(f"127.0.0.1:{process}" for process in processes),
        "HOME": str(folder),
        "XDG_DATA_HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
    }
    command = [
        str(found("caddy")),
        "run",
        "--adapter",
        "caddyfile",
        "--config",
        str(folder / "Caddyfile"),
    ]
    with _running(
        command, folder, port, folder / "caddy/pki/authorities/local/root.crt", environ
    ) as tls:
        yield tls


def changed(text: str, change: Change) -> str:
    """The file as an operator has filled it in."""
    assert change[0] in text, change[0]
    return text.replace(*change) if change[0] else text


@contextlib.contextmanager
def _running(
    command: list[str], folder: Path, port: int, root: Path, environ: dict[str, str] | None = None
) -> Iterator[ssl.SSLContext]:
    with (folder / "log").open("wb") as log:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={**os.environ, **(environ or {})},
        )
    try:
        until = time.monotonic() + 30
        while (tls := _trusted(port, root)) is None:
            running = child.poll() is None and time.monotonic() < until
            assert running, (folder / "log").read_text()
            time.sleep(0.02)
        yield tls
        complaints = re.findall(r".*\[(?:emerg|alert|crit)\].*", (folder / "log").read_text())
        assert not complaints, complaints
    finally:
        child.terminate()
        try:
            child.wait(1)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _trusted(port: int, root: Path) -> ssl.SSLContext | None:
    """A TLS context that trusts the server on `port`; None while it has no certificate yet."""
    with contextlib.suppress(OSError):
        tls = ssl.create_default_context(cafile=str(root))
        with (
            socket.create_connection(("127.0.0.1", port), 5) as connection,
            tls.wrap_socket(connection, server_hostname=NAME),
        ):
            return tls
    return None


def certificate(folder: Path) -> None:
    """`certificate.pem` and `key.pem` of this machine's name, for a day."""
    key = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)]), datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "key.pem").write_bytes(private)
