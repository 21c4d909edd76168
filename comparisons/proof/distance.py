"""Relative differences, their tolerances, and the rung they make."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from comparisons.proof.evidence import Failure
from comparisons.results import Lane, Rung

T = TypeVar("T")

# Relative differences that are rounding and nothing else. Measured: aligned
# float64 training ends 4e-16 to 2e-13 apart, real differences begin at 1e-5.
TOLERANCES = {
    ("forward", "float64"): 1e-10,
    ("gradients", "float64"): 1e-9,
    ("step", "float64"): 1e-9,
    ("trajectory", "float64"): 1e-9,
    ("whole run", "float64"): 1e-9,
    # Pictures and heat maps: long sums of what the forward rung compares.
    ("exhibit", "float64"): 1e-8,
    ("forward", "float32"): 1e-5,
    ("gradients", "float32"): 1e-4,
}
# Below this root mean square an array counts as this large: what is compared
# there is rounding noise of the sums it came from, not a value.
FLOORS = {"float64": 1e-6, "float32": 1e-4}


def difference(a: np.ndarray, b: np.ndarray, floor: float) -> float:
    """Return |a - b| / max(|a|, |b|, floor * sqrt(size)) in Euclidean norm.

    Different shapes and anything not finite are infinitely far apart, and so
    are texts that are not equal.
    """
    if np.asarray(a).dtype.kind in "US":
        return 0.0 if np.array_equal(a, b) else math.inf
    a, b = np.asarray(a, "float64"), np.asarray(b, "float64")
    if a.shape != b.shape or not (
        np.isfinite(a).all() and np.isfinite(b).all()
    ):
        return math.inf
    norms = [float(np.linalg.norm(x)) for x in (a, b, a - b)]
    return norms[2] / max(norms[0], norms[1], floor * math.sqrt(a.size))


@dataclass(frozen=True)
class Comparison:
    """Named differences in the order in which a reader meets the names."""

    items: tuple[tuple[str, float], ...]
    detail: str = ""

    @classmethod
    def of(
        cls, keras: Mapping[str, Any], torch: Mapping[str, Any], floor: float
    ) -> "Comparison":
        items, details = [], []
        for name in [*keras, *(set(torch) - set(keras))]:
            if name not in keras or name not in torch:
                title = "Keras" if name not in keras else "PyTorch"
                items.append((name, math.inf))
                details.append(f"{name}: the {title} half has none")
                continue
            a, b = np.asarray(keras[name]), np.asarray(torch[name])
            items.append((name, difference(a, b, floor)))
            if a.shape != b.shape:
                details.append(f"{name}: Keras {a.shape}, PyTorch {b.shape}")
        return cls(tuple(items), "; ".join(details))

    def worst(self, tolerance: float) -> tuple[str, float]:
        """Return the first that breaks the tolerance, else the largest."""
        for name, value in self.items:
            if not value <= tolerance:
                return name, value
        return max(self.items, key=lambda item: item[1])

    @property
    def largest(self) -> float:
        return max(value for _, value in self.items)


def rung(
    name: str,
    compared: Comparison,
    tolerance: float,
    *,
    dtype: str = "float64",
    lane: Lane = "native",
    noise: Comparison | None = None,
) -> Rung:
    worst, value = compared.worst(tolerance)
    passed = value <= tolerance
    detail = compared.detail
    if not passed and not detail:
        detail = (
            f"{worst} is the first to differ: received {value:.1e}, "
            f"expected at most {tolerance:.0e}"
        )
    return Rung(
        name=name,
        dtype=dtype,
        lane=lane,
        max_difference=compared.largest if passed else value,
        tolerance=tolerance,
        noise_floor=noise.largest if noise else None,
        worst=worst,
        passed=passed,
        detail=detail if not passed else "",
    )


class Broken(Exception):
    """A half could not give its evidence; holds the rung that says so."""

    def __init__(self, rung: Rung) -> None:
        super().__init__(rung.detail)
        self.rung = rung


def whole(name: str, dtype: str, *evidence: T | Failure) -> list[T]:
    """Return evidence that both halves gave.

    Raises:
        Broken: one of them is a failure.
    """
    failures = [e.message for e in evidence if isinstance(e, Failure)]
    if failures:
        raise Broken(broken(name, dtype, "; ".join(failures)))
    return [e for e in evidence if not isinstance(e, Failure)]


def broken(name: str, dtype: str, detail: str) -> Rung:
    """Return the rung of a half that raised an error."""
    return Rung(
        name=name,
        dtype=dtype,
        lane="native",
        max_difference=math.inf,
        tolerance=0.0,
        worst="the half itself",
        passed=False,
        detail=detail,
    )


def agreement(answer: str, keras: np.ndarray, torch: np.ndarray) -> float:
    """Return the share of samples on which two sets of predictions agree.

    `answer` says what counts: "class" the largest logit, "sign" the sign of
    the one logit (of a variant with several: the largest), a number the
    distance that still counts as the same.
    """
    if answer == "class" or (answer == "sign" and keras.shape[-1] > 1):
        same = keras.argmax(-1) == torch.argmax(-1)
    elif answer == "sign":
        same = (keras > 0) == (torch > 0)
    else:
        same = np.abs(keras - torch) <= float(answer)
    return float(np.mean(same))
