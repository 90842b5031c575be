"""Strangers' text on its way out: cleaned for a terminal, told from binary, secrets masked."""

import re
from collections.abc import Iterator
from functools import cache

TAB = 4
_UNITS = {"kB": 1e3, "MB": 1e6, "GB": 1e9}
LIMIT = 4096

_SAMPLE = 4096
_BLOB = 256
"""So many characters of base64 or hex without a word are data, not reading."""


def clean(text: str | None, limit: int = LIMIT) -> str:
    """One line safe to draw: control, bidi and invisible characters visible, tabs as spaces.

    Never longer than `limit` characters; a cut text ends with its whole size.
    """
    if not text:
        return ""
    if len(text) > limit:
        text = _cut(text[:limit], limit, text)
    return text if text.isascii() and text.isprintable() else _visible(text)


def clean_lines(
    text: str | None, limit_lines: int | None = 200, limit_chars: int = LIMIT
) -> list[str]:
    """The text's lines, each as `clean` makes it but with tab stops.

    Where there are more than `limit_lines` (None: no limit), a last line says how many more.
    """
    if not text:
        return []
    lines = text.split("\n", -1 if limit_lines is None else limit_lines)
    rest = lines.pop() if limit_lines is not None and len(lines) > limit_lines else ""
    if lines[-1] == "" and not rest:
        lines.pop()
    shown = [_line(line.removesuffix("\r"), limit_chars) for line in lines]
    if rest:
        more = rest.count("\n") + (not rest.endswith("\n"))
        shown.append(f"… {more:,} more {'line' if more == 1 else 'lines'}, {size(text)} in all")
    return shown


def size(text: str) -> str:
    """How large a text is in UTF-8, for people: `0.6 kB`, `10.5 MB`."""
    count = len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
    return byte_size(count)


def byte_size(count: float) -> str:
    """A count of bytes for people, in steps of 1000: `812 B`, `4.1 kB`, `10.5 MB`."""
    if count < 1000:
        return f"{count:.0f} B"
    unit = "kB" if count < 999_950 else "MB" if count < 999_950_000 else "GB"
    return f"{count / _UNITS[unit]:.1f} {unit}"


def is_binary_like(text: str) -> bool:
    """Whether a text is data rather than reading: base64, hex, or full of control characters."""
    sample = text[:_SAMPLE]
    if "\0" in sample or _data_uri().match(sample):
        return True
    odd = len(_control().findall(sample))
    return odd * 20 > len(sample) or _is_blob(sample)


def masked(text: str) -> tuple[str, int]:
    """The text with its secrets replaced by `[masked]`, and how many there were.

    Knows private key blocks, the tokens of well-known services, bearer headers, passwords in
    URLs and values under names such as `password` and `api_key`. Masking twice masks no more.
    """
    count = 0
    while found := _masked_once(text):
        text, more = found
        count += more
    return text, count


def _line(line: str, limit: int) -> str:
    if "\t" not in line:
        return clean(line, limit)
    head = line[:limit].expandtabs(TAB)
    if len(line) > limit or len(head) > limit:
        head = _cut(head, limit, line)
    return _visible(head)


def _cut(head: str, limit: int, whole: str) -> str:
    told = f"… {size(whole)}"
    if len(told) >= limit:
        told = "…"[:limit]
    return head[: limit - len(told)] + told


def _visible(text: str) -> str:
    text = _emoji_style().sub("", text)
    return _unsafe().sub(_mark, text)


def _mark(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code == 0x09:
        return " "
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else "\ufffd"


@cache
def _unsafe() -> re.Pattern[str]:
    """Controls, bidi marks, line separators, surrogates, and all that is drawn as nothing."""
    return re.compile(
        "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
        "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
        "\ufffe\uffff\ud800-\udfff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
        "\U000e0000-\U000e0fff]"
    )


@cache
def _emoji_style() -> re.Pattern[str]:
    """The selector that only asks for an emoji's coloured form; anywhere else it is marked."""
    return re.compile("(?<=[\u2000-\u33ff\U0001f000-\U0001faff])[\ufe0e\ufe0f]")


@cache
def _control() -> re.Pattern[str]:
    return re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x9f\ufffd\ud800-\udfff]")


@cache
def _data_uri() -> re.Pattern[str]:
    return re.compile(r"\s*data:[\w/+.-]*(?:;[\w=.-]+)*;base64,")


@cache
def _blob_text() -> re.Pattern[str]:
    return re.compile(r"[A-Za-z0-9+/_-]+={0,2}|[0-9a-fA-F]+")


def _is_blob(sample: str) -> bool:
    """Base64 and hex stand in one word, or in lines of one length as encoders wrap them."""
    words = sample.split()
    if not words or sum(map(len, words)) < _BLOB or not all(map(_blob_text().fullmatch, words)):
        return False
    width = len(words[0])
    wrapped = width >= 60 and all(len(word) == width for word in words[:-1])
    return wrapped and _is_mixed("".join(words))


def _is_mixed(blob: str) -> bool:
    """Encoded bytes use many different characters; a ruler of dashes does not."""
    return len(set(blob)) >= 12 and any(letter.isdigit() for letter in blob)


def _masked_once(text: str) -> tuple[str, int] | None:
    """One pass over the text; None where it hides no more. What a pass masks may make a value
    of its surroundings: a key of several lines in quotes becomes one line. Each pass leaves
    fewer characters unmasked, so they end."""
    parts, end, count = [], 0, 0
    for match in sorted(_suspects(text), key=lambda match: match.start()):
        safe = _without_secret(match) if match.start() >= end else match[0]
        if safe != match[0]:
            parts += [text[end : match.start()], safe]
            end, count = match.end(), count + 1
    return ("".join([*parts, text[end:]]), count) if count else None


_MASKED = "[masked]"
_NO_SECRET = ("none", "null", "true", "false", "string", "bytes", "undefined", "optional")
_PLACEHOLDERS = ("${", "{{", _MASKED)


def _suspects(text: str) -> Iterator[re.Match[str]]:
    """Where a secret may stand. Found by fixed words first: a search by pattern alone takes
    half a second for a megabyte, and the recorder masks while an agent works."""
    # Lower case keeps every place but this letter's, which becomes two.
    lowered = text.replace("İ", "I").lower()
    for word, pattern in _shapes():
        at = lowered.find(word)
        while at >= 0:
            match = pattern.match(text, at)
            if match:
                yield match
            at = lowered.find(word, _goes_on(match) if match else at + len(word))


def _goes_on(match: re.Match[str]) -> int:
    """Where the next secret may begin: what this one seems to hide may be the name of another."""
    return match.end("kept") if match.groupdict().get("kept") else match.end()


def _without_secret(match: re.Match[str]) -> str:
    """The match with its secret masked, or as it stands where the value is none."""
    found = match.groupdict()
    kept, secret = found.get("kept") or "", found.get("quoted") or found.get("bare")
    if secret is None:
        return kept + _MASKED
    is_count = secret.isdigit() and kept.lower().startswith("token")
    if is_count or secret.lower() in _NO_SECRET or secret.startswith(_PLACEHOLDERS):
        return match[0]
    return kept + (found.get("quote") or "") + _MASKED


@cache
def _shapes() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Each word a secret begins with, in lower case, and the whole secret's pattern."""
    return tuple(
        (word, re.compile(pattern, re.VERBOSE | re.DOTALL))
        for words, pattern in _SHAPES
        for word in words.split()
    )


_SHAPES = (
    (
        "-----begin",
        r"-----BEGIN\ [A-Z ]{0,40}PRIVATE\ KEY-----.*?"
        r"(?:-----END\ [A-Z ]{0,40}PRIVATE\ KEY-----|\Z)",
    ),
    ("akia asia", r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    ("sk-", r"\bsk-[A-Za-z0-9_-]{16,}"),
    ("sk_live sk_test rk_live rk_test", r"\b[sr]k_(?:live|test)_[A-Za-z0-9]{16,}"),
    ("ghp_ gho_ ghu_ ghs_ ghr_", r"\bgh[pousr]_[A-Za-z0-9]{30,}"),
    ("github_pat_", r"\bgithub_pat_[A-Za-z0-9_]{22,}"),
    ("glpat-", r"\bglpat-[A-Za-z0-9_-]{16,}"),
    ("npm_ hf_", r"\b(?:npm|hf)_[A-Za-z0-9]{30,}"),
    ("pypi-", r"\bpypi-[A-Za-z0-9_-]{40,}"),
    ("xox", r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}"),
    ("aiza", r"\bAIza[0-9A-Za-z_-]{35}"),
    ("eyj", r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+"),
    (
        "bearer authorization",
        r"""(?P<kept>(?i:\bbearer|authorization["']?\s{0,4}[:=]\s{0,4}["']?basic)\s{1,4})
        (?=[A-Za-z._~+/=-]{0,200}[0-9])[A-Za-z0-9._~+/=-]{12,}""",
    ),
    ("://", r"""(?P<kept>://[^\s/:@"']{0,80}:)[^\s/@"'\[]{1,200}(?=@)"""),
    (
        "passw passphrase secret token api private",
        r"""(?P<kept>
            (?i:password|passwd|passphrase|token|(?:api|private)[_-]?key
                |secret(?:[_-]?(?:access[_-]?)?key)?)
            \\{0,3}["']?\s{0,4}[=:]\s{0,4})
        (?:(?P<quote>\\{0,3}["'])(?P<quoted>[^"'\n]{1,400}?)(?=\\{0,3}["'])
            | (?P<bare>[^\s"'\\,;&(){}<>$\[\]]{4,})(?=["'\\,;&}\s]|\Z))""",
    ),
)
