"""Which hosts may be asked: only such as the whole internet could ask too.

Two questions. Is this a host name or a literal address, written plainly? (Odd spellings of addresses, such as one
decimal number, are refused and not translated: programs disagree on them, and the disagreement is the attack.) And
is this address public? An address that carries an IPv4 address inside is judged by that one as well.

Sources: IANA special-purpose address registries for IPv4 and IPv6 (RFC 6890 and updates to 2024); RFC 6052 and 8215
(NAT64), 3056 (6to4), 4380 (Teredo), 5214 (ISATAP), 4291 (mapped and compatible); WHATWG URL standard, "ends in a
number"; RFC 6761 and 6762, 8375 (names that are never public).
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final, TypeAlias

Address: TypeAlias = IPv4Address | IPv6Address

_CLOSED_4: Final = tuple(
    (IPv4Network(network), why)
    for network, why in (
        ("0.0.0.0/8", "this host"),
        ("10.0.0.0/8", "a private network"),
        ("100.64.0.0/10", "a provider's inner network"),
        ("127.0.0.0/8", "this machine"),
        ("168.63.129.16/32", "a cloud's inner service"),
        ("169.254.0.0/16", "a link-local or metadata service"),
        ("172.16.0.0/12", "a private network"),
        ("192.0.0.0/24", "a protocol's own network"),
        ("192.0.2.0/24", "a documentation network"),
        ("192.88.99.0/24", "a retired relay"),
        ("192.168.0.0/16", "a private network"),
        ("198.18.0.0/15", "a test network"),
        ("198.51.100.0/24", "a documentation network"),
        ("203.0.113.0/24", "a documentation network"),
        ("224.0.0.0/4", "a multicast group"),
        ("240.0.0.0/4", "a reserved network"),
    )
)
_OPEN_6: Final = IPv6Network("2000::/3")
_NAT64: Final = IPv6Network("64:ff9b::/96")
_CLOSED_6: Final = tuple(
    (IPv6Network(network), why)
    for network, why in (
        ("2001::/23", "a protocol's own network"),
        ("2001:db8::/32", "a documentation network"),
        ("2002::/16", "a retired relay"),
        ("3fff::/20", "a documentation network"),
        ("2620:4f:8000::/48", "a sink for reverse names"),
    )
)
_LABEL: Final = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
_INNER_NAMES: Final = frozenset(
    {"localhost", "local", "internal", "intranet", "lan", "home", "corp", "private", "localdomain", "arpa", "onion"}
    | {"test", "invalid", "example", "alt", "svc", "cluster", "consul", "kube"}
)


def closed(address: Address) -> str | None:
    """What lies at an address that may not be asked, in words; None for a public one."""
    if isinstance(address, IPv4Address):
        return next((why for network, why in _CLOSED_4 if address in network), None)
    if address.scope_id is not None:
        return "a link-local address"
    if address.ipv4_mapped is not None:
        return closed(address.ipv4_mapped)
    if address in _NAT64:
        return closed(_last_four(address))
    if address not in _OPEN_6:
        return "a private network"
    for network, why in _CLOSED_6:
        if address in network:
            return why
    # ISATAP: …:0000:5efe:a.b.c.d or …:0200:5efe:a.b.c.d under any prefix.
    if int(address) >> 32 & 0xFDFFFFFF == 0x00005EFE:
        return closed(_last_four(address))
    return None


def _last_four(address: IPv6Address) -> IPv4Address:
    return IPv4Address(int(address) & 0xFFFFFFFF)


def read_host(host: str) -> Address | str:
    """A literal address, or a plain public name in lower case without a trailing dot.

    ``host`` is ASCII (international names already in ``xn--`` form), IPv6 without brackets. Raises ``ValueError``
    with a sentence.
    """
    if ":" in host:
        if "%" in host:
            raise ValueError("it names a network card")
        return ip_address(host)
    name = host.lower()
    name = name[:-1] if name.endswith(".") else name
    labels = name.split(".")
    if not all(_LABEL.fullmatch(label) for label in labels) or len(name) > 253:
        raise ValueError("it is not a host name")
    if _NUMBER.fullmatch(labels[-1]):
        try:
            return IPv4Address(host)
        except ValueError:
            raise ValueError("it spells an address in an unusual way") from None
    if len(labels) == 1 or labels[-1] in _INNER_NAMES:
        raise ValueError("it is a name inside a network")
    return name
