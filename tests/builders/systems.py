"""A small file of each form of each system that Vedette opens, by a name that begins with it."""

from collections.abc import Callable
from pathlib import Path

from tests.builders import amelia, dossier, syris, tac

SYSTEMS: dict[str, Callable[[Path], None]] = {
    "tac 1": lambda path: tac.build_tac(path, 1, 800),
    "tac 2": lambda path: tac.build_tac(path, 2, 800),
    "dossier": dossier.build_dossier,
    "dossier 4": lambda path: dossier.build_dossier(path, version=4),
    "amelia events": lambda path: amelia.build_amelia(path, "events"),
    "amelia workflow_log": lambda path: amelia.build_amelia(path, "workflow_log"),
    "amelia upgraded": lambda path: amelia.build_amelia(path, "upgraded"),
    "amelia state_json": lambda path: amelia.build_amelia(path, "state_json"),
    "syris design": lambda path: syris.build_syris(path, "design", 150),
    "syris coded": lambda path: syris.build_syris(path, "coded", 150, seed=8),
}
