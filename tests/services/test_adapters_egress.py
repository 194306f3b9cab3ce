"""The one way out: hosts that are not public are refused however they are written, found or redirected to."""

# ruff: noqa: ARG002, ARG005 - stand-ins take arguments that they do not need

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import httpcore
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from assay.adapters.addresses import Address, closed
from assay.adapters.egress import EgressPolicy, HttpEgress, MemoryEgress
from assay.adapters.egress_guard import Resolver
from assay.core.errors import AssayError, Invalid, TooLarge, Unavailable
from assay.core.ports import Egress

LIMITS: dict[str, Any] = {"bytes_max": 1_000_000, "seconds_max": 5.0}


class Recorder(httpcore.AsyncNetworkBackend):
    """Opens nothing, and notes what would have been opened."""

    def __init__(self) -> None:
        self.opened: list[tuple[str, int]] = []

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        self.opened.append((host, port))
        raise httpcore.ConnectError("nothing is opened in this test")


def _answers(*rounds: list[str]) -> tuple[Callable[[str, int], Awaitable[list[Address]]], list[str]]:
    """A name server that gives another answer each time, and the names it was asked for."""
    asked: list[str] = []

    async def resolve(host: str, port: int) -> list[Address]:
        asked.append(host)
        return [ip_address(text) for text in rounds[min(len(asked), len(rounds)) - 1]]

    return resolve, asked


HOSTILE = """
127.0.0.1 127.1 127.0.1 127.255.255.254 2130706433 0x7f000001 0x7f.0.0.1 0x7f.1 0177.0.0.1 017700000001 0 0.0.0.0 0x0
00000177.0.0.1 127.0.0.1. 127.0.0.01 127.0.0.0x1 1.2.3.256 1.2.3.4.5 1.2.3 4294967296 1.0x 0x
10.0.0.1 10.255.255.255 172.16.0.1 172.31.255.255 192.168.0.1 192.168.1.254 100.64.0.1 100.100.100.200 100.127.255.254
169.254.169.254 169.254.170.2 168.63.129.16 192.0.0.192 192.0.2.1 198.18.0.1 198.51.100.7 203.0.113.9 192.88.99.1
224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255
[::1] [::] [::ffff:127.0.0.1] [::ffff:7f00:1] [::ffff:169.254.169.254] [::127.0.0.1] [::7f00:1] [::ffff:0:127.0.0.1]
[64:ff9b::127.0.0.1] [64:ff9b::a9fe:a9fe] [64:ff9b:1::1] [2002:7f00:1::] [2002:a9fe:a9fe::1] [2001:0:7f00:1::1]
[2001:0:4136:e378:8000:63bf:80ff:fffe] [2001:4860::5efe:127.0.0.1] [2001:4860::200:5efe:10.0.0.1] [fe80::1]
[fe80::1%25eth0] [fec0::1] [fc00::1] [fd00:ec2::254] [ff02::1] [2001:db8::1] [100::1] [3fff::1]
[4000::1] [2001:2::1] [5f00::1]
localhost LOCALHOST localhost. foo.localhost localhost.localdomain metadata metadata.google.internal router.local
db.internal nas.lan box.home.arpa kubernetes.default.svc api.svc.cluster.local intranet a.corp x.onion
1.0.0.127.in-addr.arpa ①②⑦.⓪.⓪.① \uff11\uff12\uff17.0.0.1 127。0。0。1
ⓛocalhost loc%61lhost 127.0.0.1%2f.com exa_mple..com -a.com a-.com a%00.com
""".split()  # noqa: SIM905 - a table reads better than a list


def test_the_table_is_long_enough() -> None:
    assert len(set(HOSTILE)) >= 60


@pytest.mark.parametrize("host", HOSTILE)
async def test_a_host_that_is_not_public_is_refused_before_anything_is_asked(host: str) -> None:
    resolve, asked = _answers(["93.184.216.34"])
    backend = Recorder()
    egress = HttpEgress(EgressPolicy(), resolve=resolve, backend=backend)

    for port in ("", ":8080"):
        with pytest.raises(Invalid):
            egress.check(f"http://{host}{port}/x")
        with pytest.raises(Invalid):
            await egress.fetch(f"http://{host}{port}/x", **LIMITS)

    assert (asked, backend.opened) == ([], [])


@pytest.mark.parametrize(
    "url",
    [
        "",
        "photo.jpg",
        "//a.com/x",
        "ftp://a.com/x",
        "file:///etc/passwd",
        "gopher://a.com/",
        "data:text/html,x",
        "jar:http://a.com!/",
        "HTTP+UNIX://a.com",
        "http:///x",
        "http://",
        "http://a.com:22/",
        "http://a.com:6379/",
        "http://a.com:0/",
        "http://a.com:99999/",
        "http://user@a.com/",
        "http://user:word@a.com/",
        "http://a.com@127.0.0.1/",
        "http://127.0.0.1#@a.com/",
        "http://127.0.0.1\\@a.com/",
        "http://a.com\\.b.com/",
        "http://a.com/a b",
        "http://a.com/\r\nHost: b.com",
        "http://a.com/\u200b",
        " http://a.com/",
        "http://a.com/" + "x" * 2100,
    ],
)
async def test_an_address_of_another_kind_is_refused(url: str) -> None:
    backend = Recorder()
    egress = HttpEgress(EgressPolicy(), resolve=_answers(["93.184.216.34"])[0], backend=backend)

    with pytest.raises(Invalid):
        await egress.fetch(url, **LIMITS)
    assert backend.opened == []


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "93.184.216.34",
        "100.63.255.255",
        "100.128.0.1",
        "172.15.0.1",
        "172.32.0.1",
        "169.253.1.1",
        "2606:4700::1111",
        "2a00:1450:4001::1",
        "64:ff9b::8.8.8.8",
        "::ffff:8.8.8.8",
        "2001:4860:4860::8888",
    ],
)
def test_public_addresses_next_to_the_closed_ones_stay_open(address: str) -> None:
    assert closed(ip_address(address)) is None


@pytest.mark.parametrize(
    "answer", [["127.0.0.1"], ["10.1.2.3"], ["::1"], ["8.8.8.8", "169.254.169.254"], ["2606:4700::1", "fd00::1"]]
)
async def test_a_public_name_that_leads_inside_is_refused_even_by_one_of_its_addresses(answer: list[str]) -> None:
    backend = Recorder()
    egress = HttpEgress(EgressPolicy(), resolve=_answers(answer)[0], backend=backend)

    with pytest.raises(Invalid, match="its name leads to"):
        await egress.fetch("https://photos.acme.com/1.jpg", **LIMITS)
    assert backend.opened == []


async def test_a_name_is_resolved_once_and_the_checked_address_is_the_one_opened() -> None:
    """The second answer of this name server would lead to this machine; nobody asks for it."""
    resolve, asked = _answers(["93.184.216.34"], ["127.0.0.1"])
    backend = Recorder()
    egress = HttpEgress(EgressPolicy(), resolve=resolve, backend=backend)

    with pytest.raises(Unavailable):
        await egress.fetch("http://rebind.acme.com/", **LIMITS)

    assert asked == ["rebind.acme.com"]
    assert backend.opened == [("93.184.216.34", 80)]


async def test_a_second_request_to_a_name_that_moved_inside_is_refused() -> None:
    resolve, _ = _answers(["93.184.216.34"], ["127.0.0.1"])
    egress = HttpEgress(EgressPolicy(), resolve=resolve, backend=Recorder())

    with pytest.raises(Unavailable):
        await egress.fetch("http://rebind.acme.com/", **LIMITS)
    with pytest.raises(Invalid):
        await egress.fetch("http://rebind.acme.com/", **LIMITS)


async def test_the_systems_own_resolver_gives_every_address_of_a_name() -> None:
    assert ip_address("127.0.0.1") in await Resolver()("localhost", 80)


async def test_an_unknown_name_is_said_to_be_unknown() -> None:
    async def resolve(host: str, port: int) -> list[Address]:
        raise OSError("secret name server 10.0.0.2 says no")

    with pytest.raises(Unavailable, match="not known") as caught:
        await HttpEgress(EgressPolicy(), resolve=resolve).fetch("http://nowhere.acme.com/", **LIMITS)
    assert "10.0.0.2" not in caught.value.message


async def test_everything_is_refused_when_the_way_out_is_closed() -> None:
    egress = HttpEgress(EgressPolicy(enabled=False, allow_private_hosts=frozenset({"127.0.0.1:9"})), backend=Recorder())

    for url in ("https://photos.acme.com/1.jpg", "http://127.0.0.1:9/"):
        with pytest.raises(Invalid, match="switched off"):
            await egress.fetch(url, **LIMITS)


def test_a_fresh_policy_allows_no_inner_host() -> None:
    assert EgressPolicy().allow_private_hosts == frozenset()


@asynccontextmanager
async def _server(
    respond: Callable[[str], Iterable[bytes]], context: ssl.SSLContext | None = None
) -> AsyncIterator[tuple[int, list[str]]]:
    """A real server on loopback: its port, and the request heads it saw."""
    seen: list[str] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            seen.append(head)
            for piece in respond(head.split()[1]):
                if piece == b"<wait>":
                    await asyncio.sleep(30)
                writer.write(piece)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1], seen
    finally:
        server.close()


def _http(body: bytes = b"", status: str = "200 OK", **headers: str) -> bytes:
    head = {
        "Content-Length": str(len(body)),
        "Connection": "close",
        **{k.replace("_", "-"): v for k, v in headers.items()},
    }
    return (
        f"HTTP/1.1 {status}\r\n".encode() + b"".join(f"{k}: {v}\r\n".encode() for k, v in head.items()) + b"\r\n" + body
    )


def _allowing(*ports: int) -> HttpEgress:
    return HttpEgress(EgressPolicy(allow_private_hosts=frozenset(f"127.0.0.1:{port}" for port in ports)))


async def test_an_allowed_inner_host_is_fetched_with_its_own_name_and_nothing_of_ours() -> None:
    async with _server(lambda path: [_http(b"photo")]) as (port, seen):
        body = await _allowing(port).fetch(f"http://127.0.0.1:{port}/a?b=c#d", **LIMITS)

    head = seen[0].lower()
    assert body == b"photo"
    assert head.startswith("get /a?b=c http/1.1\r\n")
    assert f"host: 127.0.0.1:{port}" in head
    assert "cookie" not in head
    assert "authorization" not in head


async def test_the_allowance_is_for_exactly_that_host_and_port() -> None:
    async with _server(lambda path: [_http(b"inner")]) as (port, seen):
        egress = _allowing(port + 1 if port < 65535 else port - 1)
        for host in ("127.0.0.1", "localhost", "127.0.0.2"):
            with pytest.raises(Invalid):
                await egress.fetch(f"http://{host}:{port}/", **LIMITS)

    assert seen == []


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://localhost/",
        "http://[::1]/",
        "//10.0.0.1/x",
        "file:///etc/passwd",
        "http://2130706433/",
        "http://user@a.com/",
        "gopher://a.com/",
    ],
)
async def test_a_redirect_to_a_refused_place_is_refused(target: str) -> None:
    async with _server(lambda path: [_http(status="302 Found", Location=target)]) as (port, seen):
        with pytest.raises(Invalid):
            await _allowing(port).fetch(f"http://127.0.0.1:{port}/", **LIMITS)

    assert len(seen) == 1


async def test_a_redirect_to_another_port_of_an_allowed_host_is_refused() -> None:
    async with _server(lambda path: [_http(b"inner")]) as (inner, seen):
        to = f"http://127.0.0.1:{inner}/"
        async with _server(lambda path: [_http(status="307 Temporary Redirect", Location=to)]) as (port, _):
            with pytest.raises(Invalid):
                await _allowing(port).fetch(f"http://127.0.0.1:{port}/", **LIMITS)

    assert seen == []


async def test_five_redirects_are_followed_and_a_sixth_is_not() -> None:
    def respond(path: str) -> list[bytes]:
        left = int(path.strip("/"))
        return [_http(b"there") if left == 0 else _http(status="302 Found", Location=f"/{left - 1}")]

    async with _server(respond) as (port, seen):
        assert await _allowing(port).fetch(f"http://127.0.0.1:{port}/5", **LIMITS) == b"there"
        assert len(seen) == 6
        with pytest.raises(Invalid, match="more than 5"):
            await _allowing(port).fetch(f"http://127.0.0.1:{port}/6", **LIMITS)


async def test_a_request_for_callbacks_follows_no_redirect() -> None:
    async with _server(lambda path: [_http(status="302 Found", Location="/elsewhere")]) as (port, seen):
        answer = await _allowing(port).request(
            "POST", f"http://127.0.0.1:{port}/hook", headers={}, content=b"{}", seconds_max=5
        )

    assert answer.status == 302
    assert len(seen) == 1


async def test_a_body_over_the_limit_is_refused_by_its_stated_and_by_its_real_length() -> None:
    def respond(path: str) -> Iterable[bytes]:
        if path == "/stated":
            return [_http(Content_Length="5000000")]
        return [b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", *[b"x" * 100_000] * 1000]

    async with _server(respond) as (port, _):
        for path in ("stated", "real"):
            with pytest.raises(TooLarge):
                await _allowing(port).fetch(f"http://127.0.0.1:{port}/{path}", **LIMITS)


async def test_packed_content_is_refused_rather_than_unpacked() -> None:
    async with _server(lambda path: [_http(b"\x1f\x8b", Content_Encoding="gzip")]) as (port, seen):
        with pytest.raises(Invalid, match="packed"):
            await _allowing(port).fetch(f"http://127.0.0.1:{port}/", **LIMITS)

    assert "accept-encoding: identity" in seen[0].lower()


async def test_a_server_that_drips_is_left_when_the_time_is_over() -> None:
    def respond(path: str) -> Iterable[bytes]:
        return [b"HTTP/1.1 200 OK\r\n\r\n", b"x", b"<wait>"]

    async with _server(respond) as (port, _):
        with pytest.raises(Unavailable, match="within"):
            await _allowing(port).fetch(f"http://127.0.0.1:{port}/", bytes_max=100, seconds_max=0.3)


@pytest.mark.parametrize(
    ("status", "error"),
    [("404 Not Found", Invalid), ("403 No", Invalid), ("503 Busy", Unavailable), ("429 Slow", Unavailable)],
)
async def test_an_error_is_told_by_its_number_and_never_by_its_words(status: str, error: type[Exception]) -> None:
    async with _server(lambda path: [_http(b"AWS_SECRET=abc", status=status)]) as (port, _):
        with pytest.raises(error) as caught:
            await _allowing(port).fetch(f"http://127.0.0.1:{port}/", **LIMITS)

    assert status[:3] in str(caught.value)
    assert "SECRET" not in str(caught.value)


async def test_an_answer_that_is_not_http_is_unavailable_without_its_words() -> None:
    async with _server(lambda path: [b"-ERR redis says hello\r\n"]) as (port, _):
        with pytest.raises(Unavailable) as caught:
            await _allowing(port).fetch(f"http://127.0.0.1:{port}/", **LIMITS)

    assert "redis" not in str(caught.value)


async def _leads_home(host: str, port: int) -> list[Address]:
    return [ip_address("127.0.0.1")]


async def test_pinned_to_an_address_the_request_still_says_the_name() -> None:
    async with _server(lambda path: [_http(b"x")]) as (port, seen):
        policy = EgressPolicy(allow_private_hosts=frozenset({f"photos.acme.com:{port}"}))
        assert await HttpEgress(policy, resolve=_leads_home).fetch(f"http://photos.acme.com:{port}/", **LIMITS) == b"x"

    assert f"host: photos.acme.com:{port}" in seen[0].lower()


async def test_a_certificate_is_asked_for_by_name_and_must_be_trusted(tmp_path: Path) -> None:
    certificate, key = _self_signed("photos.acme.com", tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    names: list[str | None] = []
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    async with _server(lambda path: [_http(b"x")], context) as (port, seen):
        policy = EgressPolicy(allow_private_hosts=frozenset({f"photos.acme.com:{port}"}))
        with pytest.raises(Unavailable, match="certificate is not valid"):
            await HttpEgress(policy, resolve=_leads_home).fetch(f"https://photos.acme.com:{port}/", **LIMITS)

    assert names == ["photos.acme.com"]
    assert seen == []


def _self_signed(name: str, folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(Encoding.PEM))
    paths[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return paths


@pytest.mark.parametrize("world", ["http", "memory"])
async def test_the_real_and_the_memory_way_out_answer_alike(world: str) -> None:
    def respond(path: str) -> list[bytes]:
        return [{"/photo": _http(b"photo"), "/busy": _http(status="503 Busy")}.get(path, _http(status="404 No"))]

    async with _server(respond) as (port, _):
        host = f"127.0.0.1:{port}"
        policy = EgressPolicy(allow_private_hosts=frozenset({host}))
        pages: dict[str, bytes | AssayError] = {
            f"http://{host}/photo": b"photo",
            f"http://{host}/busy": Unavailable("It is busy."),
        }
        egress: Egress = HttpEgress(policy) if world == "http" else MemoryEgress(pages, policy)

        assert await egress.fetch(f"http://{host}/photo", **LIMITS) == b"photo"
        for url, error in (("busy", Unavailable), ("none", Invalid)):
            with pytest.raises(error):
                await egress.fetch(f"http://{host}/{url}", **LIMITS)
        with pytest.raises(TooLarge):
            await egress.fetch(f"http://{host}/photo", bytes_max=4, seconds_max=5)
        with pytest.raises(Invalid):
            egress.check("http://169.254.169.254/")
        with pytest.raises(Invalid):
            await egress.fetch("http://169.254.169.254/", **LIMITS)


async def test_the_environments_proxy_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")

    async with _server(lambda path: [_http(b"direct")]) as (port, _):
        assert await _allowing(port).fetch(f"http://127.0.0.1:{port}/", **LIMITS) == b"direct"
