"""How a figure is told: what it is, what was to be reached, whether it was, and the raw numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    what: str
    value: float
    target: float
    unit: str = ""
    """Empty: a ratio."""
    raw: str = ""
    """The numbers it was made of."""
    is_floor: bool = False
    """Whether the target is to be reached from above."""

    @property
    def is_reached(self) -> bool:
        """Whether the target was met."""
        return self.value >= self.target if self.is_floor else self.value <= self.target


@dataclass(frozen=True)
class Pair:
    """Two things measured in turns: ours, and what it is measured against."""

    ours: Sequence[float]
    other: Sequence[float]

    @property
    def ratio(self) -> float:
        """The median of the turns' ratios: what disturbs the machine disturbs both of a turn."""
        return median(a / b for a, b in zip(self.ours, self.other, strict=True))

    def raw(self, unit: str, scale: float = 1.0) -> str:
        """Both medians, and how often they were taken."""
        ours, other = median(self.ours) * scale, median(self.other) * scale
        return f"{ours:,.4g} {unit} against {other:,.4g} {unit}, {len(self.ours)} turns"


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of all (0 to 1) do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def heading() -> str:
    """What stands above the lines."""
    return f"{'figure':<58} {'measured':>10} {'target':>10}  reached  raw"


def line(figure: Figure) -> str:
    """One figure."""
    sign = ">=" if figure.is_floor else "<="
    measured = f"{figure.value:.4g}{_space(figure.unit)}"
    target = f"{sign} {figure.target:g}{_space(figure.unit)}"
    reached = "yes" if figure.is_reached else "MISSED"
    return f"{figure.what:<58} {measured:>10} {target:>10}  {reached:<7}  {figure.raw}"


def _space(unit: str) -> str:
    return f" {unit}" if unit else ""
