"""Addresses: which may be connected to, and how they are shown to people."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

# Written out instead of taken from ``ipaddress.is_global``, whose answers changed between patch
# releases of Python and count multicast as global.
_PRIVATE_4 = tuple(
    map(
        IPv4Network,
        """
        0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24
        192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15
        198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4
        """.split(),
    )
)
_UNICAST_6 = IPv6Network("2000::/3")
# Protocol assignments (Teredo among them), documentation (twice), direct delegation of AS112.
_PRIVATE_6 = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "3fff::/20", "2620:4f:8000::/48")))
# Networks whose addresses stand for an IPv4 address, and how many bits lie behind it.
_EMBEDDED_4 = (
    (IPv6Network("::ffff:0:0/96"), 0),  # mapped
    (IPv6Network("64:ff9b::/96"), 0),  # NAT64
    (IPv6Network("2002::/16"), 80),  # 6to4
)


def is_public(address: str) -> bool:
    """Whether an IP address belongs to one host on the public internet."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return _is_public_4(parsed) if isinstance(parsed, IPv4Address) else _is_public_6(parsed)


def _is_public_4(address: IPv4Address) -> bool:
    return not any(address in network for network in _PRIVATE_4)


def _is_public_6(address: IPv6Address) -> bool:
    if address.scope_id is not None:
        return False
    for network, behind in _EMBEDDED_4:
        if address in network:
            return _is_public_4(IPv4Address(int(address) >> behind & 0xFFFFFFFF))
    return address in _UNICAST_6 and not any(address in network for network in _PRIVATE_6)


_SECRET = re.compile(
    r"(?i)(?<=[?&;])((?:[a-z0-9.]+[_-])*(?:api|access|auth|client|session|bearer)?[_-]?"
    r"(?:key|token|secret|password|passwd|signature|sig))=[^&;#]*"
)
_USERINFO = re.compile(r"(?<=//)[^/?#]*@")
_LONGEST_SHOWN = 300


def shown(url: str) -> str:
    """An address for a message: without credentials, without control characters, at most 300 characters.

    Values of parameters that look like keys become ``…``; an OAI ``resumptionToken`` is no secret.
    """
    bare = _SECRET.sub(r"\1=…", _USERINFO.sub("…@", url))
    printable = "".join(character if character.isprintable() else "�" for character in bare)
    return printable if len(printable) <= _LONGEST_SHOWN else printable[: _LONGEST_SHOWN - 1] + "…"
