"""The play's time and names: both the same whenever the seed is the same."""

import time
from random import Random

NEAR = 60.0
"""A play that starts within so many seconds of the real time is played in real time."""


class Clock:
    """Tells the recorder the time: a moment set by hand until the play is live, then a real one."""

    def __init__(self, start: float) -> None:
        self._moment = start
        self._is_near = abs(time.time() - start) < NEAR
        self._behind: float | None = None

    def __call__(self) -> float:
        """Epoch seconds."""
        return self._moment if self._behind is None else time.time() - self._behind

    def set(self, moment: float) -> None:
        """Sets the moment, in epoch seconds, while the play is not live."""
        self._moment = moment

    def run(self) -> None:
        """Lets time go on: the real time where the play began close to it, else from the moment."""
        # A person answers by the real time: no receipt may be older than the answer.
        self._behind = 0.0 if self._is_near else time.time() - self._moment


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
