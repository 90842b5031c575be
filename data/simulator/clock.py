"""The play's time and names: both the same whenever the seed is the same."""

import time
from random import Random


class Clock:
    """Tells the recorder the time: a moment set by hand until the play is live, then real time."""

    def __init__(self, start: float) -> None:
        self._moment = start
        self._live_since: float | None = None

    def __call__(self) -> float:
        """Epoch seconds."""
        if self._live_since is None:
            return self._moment
        return self._moment + time.monotonic() - self._live_since

    def set(self, moment: float) -> None:
        """Sets the moment, in epoch seconds, while the play is not live."""
        self._moment = moment

    def run(self, since: float) -> None:
        """Lets real time go on from the moment; `since` is the monotonic time it stands for."""
        self._live_since = since


class Ids:
    """Makes ids of a seed: `a81f3c9d2b7e` for a run, `g-5512` for a gate, `p-…` for a prompt."""

    def __init__(self, seed: int) -> None:
        self.latest: dict[str, str] = {}
        """The newest id of each word."""
        self._random = Random(f"ids/{seed}")
        self._gates = 5_400

    def __call__(self, word: str) -> str:
        """The next id for a word such as "run"."""
        name = f"{self._random.getrandbits(48):012x}"
        if word == "gate":
            self._gates += 1
            name = str(self._gates)
        self.latest[word] = name if word == "run" else f"{word[0]}-{name}"
        return self.latest[word]
