"""A text of a row as far as it was read: a window of its bytes as clean lines."""

from dataclasses import dataclass, replace

from .text import clean_lines, is_binary_like, masked

FIRST = 24_000
"""Bytes of a text that are read at once: 200 lines of 120 characters."""

MORE = 64_000
"""Bytes each further unfolding reads."""

LONGEST_LINE = 4096
"""A longer line is shown in pieces of this many characters: nothing of it is left out."""

MARK = "[masked]"
"""What stands where a secret was, whoever masked it."""

_HEAD = 24
_KEY_BLOCK = "-----BEGIN"


@dataclass(frozen=True, slots=True)
class Passage:
    """What is known of one text."""

    lines: tuple[str, ...] = ()
    """Clean lines of what was read, secrets masked."""
    size: int = 0
    """Bytes in the file."""
    read: int = 0
    """Bytes that `lines` shows, from the start."""
    masked: int = 0
    fault: str = ""
    """Why the bytes are not shown as text: `base64`, `binary`, `not UTF-8`."""
    head: str = ""
    """The first bytes in hex where they are not shown as text."""
    last: tuple[str, ...] = ()
    """The last lines, where they are beyond what was read."""

    @property
    def rest(self) -> int:
        """Bytes not read yet."""
        return max(0, self.size - self.read)

    @property
    def text(self) -> str:
        """What was read, as text."""
        return "\n".join(self.lines)

    def __bool__(self) -> bool:
        return self.size > 0

    def extended(self, raw: bytes, size: int) -> "Passage":
        """This passage with the bytes that follow what was read; `size` is the whole text's."""
        following = first_part(raw, size - self.read)
        if following.fault or self.fault:
            return replace(self, size=size, read=self.read + len(raw))
        return Passage(
            (*self.lines, *following.lines),
            size,
            self.read + following.read,
            self.masked + following.masked,
        )


def first_part(raw: bytes, size: int) -> Passage:
    """The start `raw` of a text of `size` bytes as a passage; it ends at the end of a line."""
    is_whole = len(raw) >= size
    used = raw if is_whole else _whole_lines(raw)
    text = used.decode("utf-8", "replace")
    fault = _fault(text)
    if fault:
        return Passage(size=size, read=len(used), fault=fault, head=used[:_HEAD].hex(" "))
    lines, count = shown_lines(text)
    return Passage(lines, size, len(used), count)


def last_lines(raw: bytes, count: int) -> tuple[str, ...]:
    """The last lines of a text whose end is `raw`; the first of them may lack its beginning."""
    lines, _ = shown_lines(raw.decode("utf-8", "replace"))
    return lines[-count:]


def shown_lines(text: str) -> tuple[tuple[str, ...], int]:
    """The lines of a text as they are shown, and how many secrets are masked in it."""
    safe, _ = masked(text)
    return tuple(clean_lines(_in_pieces(safe), None, LONGEST_LINE)), safe.count(MARK)


class Growing:
    """A text that arrives piece by piece; only what is not finished is read again."""

    def __init__(self) -> None:
        self.size = 0
        self._lines: list[str] = []
        self._masked = 0
        self._tail = ""

    def add(self, piece: str) -> None:
        """One more piece."""
        self.size += len(piece.encode("utf-8", "surrogatepass"))
        text = self._tail + piece
        end = _settled_end(text)
        self._tail = text[end:]
        if end:
            lines, count = shown_lines(text[:end])
            self._lines.extend(lines)
            self._masked += count

    def passage(self, size: int | None = None) -> Passage:
        """The text so far; `size` is the whole text's where more of it is known to exist."""
        fault = _fault(self._tail) if not self._lines else ""
        whole = self.size if size is None else max(size, self.size)
        if fault:
            head = self._tail.encode("utf-8", "replace")[:_HEAD].hex(" ")
            return Passage(size=whole, read=self.size, fault=fault, head=head)
        lines, count = shown_lines(self._tail)
        return Passage((*self._lines, *lines), whole, self.size, self._masked + count)


def _settled_end(text: str) -> int:
    """Where the unfinished part begins: a line, or a key block of which the end may yet come."""
    end = text.rfind("\n") + 1
    block = text.rfind(_KEY_BLOCK, 0, end)
    if block >= 0 and "-----END" not in text[block:end]:
        return text.rfind("\n", 0, block) + 1
    return end


def _whole_lines(raw: bytes) -> bytes:
    """The window up to its last line end, or at least up to its last whole character."""
    end = raw.rfind(b"\n") + 1
    if end > len(raw) // 2:
        return raw[:end]
    cut = len(raw)
    while cut > max(0, len(raw) - 4) and raw[cut - 1] & 0xC0 == 0x80:
        cut -= 1
    return raw[: cut - 1] if cut > 1 and raw[cut - 1] >= 0xC0 else raw


def _in_pieces(text: str) -> str:
    """The text with its overlong lines broken."""
    if len(text) <= LONGEST_LINE:
        return text
    return "\n".join(
        piece
        for line in text.split("\n")
        for piece in (_pieces(line) if len(line) > LONGEST_LINE else (line,))
    )


def _pieces(line: str) -> list[str]:
    return [line[at : at + LONGEST_LINE] for at in range(0, len(line), LONGEST_LINE)]


def _fault(text: str) -> str:
    """Why a text is not for reading; "" when it is. A NUL here and there is only marked."""
    sample = text[:FIRST]
    if 0 < sample.count("\0") <= max(2, len(sample) // 20):
        sample = sample.replace("\0", " ")
    if not is_binary_like(sample):
        return ""
    if sample.count("\ufffd") * 20 > len(sample):
        return "not UTF-8"
    is_clean = sample.isascii() and "\0" not in sample and sample.replace("\n", "").isprintable()
    return "base64" if is_clean else "binary"
