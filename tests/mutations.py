"""Damage that files take on their way: bytes that flip, parts that are lost, doubled, mixed up or end too soon."""

import gzip
import random
from collections.abc import Callable, Mapping, Sequence

Damage = Callable[[bytes, random.Random, Sequence[bytes]], bytes]

NOISE = (
    *b"""< </p> ]]> &#0; &#xD800; " ' \\u0000 \\ud800 { [ % =1+1 <script> -1 1e999 endstream @article{""".split(),
    *(b"\x00", b"\xff\xfe", b"\r", b"\n\n", b"\t", b"9" * 400, b"(" * 200),
    "\u2028\u202e\ufeff\U0001f34e".encode(),
    b"TY  - ",
    b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>",
)
TURNED = ("utf-16", "latin-1", "cp1252", "utf-8-sig")


def _stretch(data: bytes, chance: random.Random, longest: int) -> tuple[int, int]:
    start = chance.randrange(len(data) + 1)
    return start, min(len(data), start + 1 + int(longest ** chance.random()))


def _flipped(data: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 8, 200))):
        if changed:
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _noisy(data: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    for _ in range(chance.choice((1, 5, 50))):
        start, end = _stretch(data, chance, 4)
        data = data[:start] + chance.choice(NOISE) + (data[end:] if chance.random() < 0.5 else data[start:])
    return data


def _cut_off(data: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def _beheaded(data: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    return data[chance.randrange(len(data) + 1) :]


def _holed(data: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    start, end = _stretch(data, chance, len(data))
    return data[:start] + data[end:]


def _doubled(data: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    start, end = _stretch(data, chance, 4_000)
    return data[:end] + data[start:end] * chance.choice((1, 3, 60)) + data[end:]


def _blanked(data: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    start, end = _stretch(data, chance, len(data) // 4)
    return data[:start] + chance.choice((b"\x00", b" ", b"\xff")) * (end - start) + data[end:]


def _moved(data: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    start, end = _stretch(data, chance, 2_000)
    rest = data[:start] + data[end:]
    to = chance.randrange(len(rest) + 1)
    return rest[:to] + data[start:end] + rest[to:]


def _mixed(data: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    other = chance.choice(others)
    start, end = _stretch(other, chance, len(other))
    to = chance.randrange(len(data) + 1)
    return data[:to] + other[start:end] + data[to:]


def _turned(data: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    return data.decode("utf-8", "replace").encode(chance.choice(TURNED), "replace")


def _packed(data: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    packed = gzip.compress(data, mtime=0)
    return chance.choice((_flipped, _cut_off, _doubled))(packed, chance, others)


KINDS: Mapping[str, Damage] = {
    kind.__name__.strip("_"): kind
    for kind in (_flipped, _noisy, _cut_off, _beheaded, _holed, _doubled, _blanked, _moved, _mixed, _turned, _packed)
}
"""The kinds of damage, each by its name."""


def mutations(seeds: Mapping[str, bytes], count: int, *, seed: int) -> Mapping[str, bytes]:
    """So many damaged files, by names that say what was done to which; the same ones for the same number."""
    chance = random.Random(seed)
    names, found = sorted(seeds), {}
    kinds = list(KINDS)
    for number in range(count):
        name, kind = names[number % len(names)], kinds[chance.randrange(len(kinds))]
        data = KINDS[kind](seeds[name], chance, list(seeds.values()))
        if chance.random() < 0.2:
            kind, data = f"{kind}-flipped", _flipped(data, chance, ())
        found[f"{number:05}-{kind}-{name}"] = data
    return found
