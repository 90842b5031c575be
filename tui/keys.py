"""Rebinds keys as the configuration asks: an action by its name, several keys each."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from textual.binding import Binding, BindingsMap


def rebind(bindings: BindingsMap, keys: Mapping[str, str]) -> None:
    """Gives the actions named in `keys` those keys instead of their own, in place."""
    for action, wanted in keys.items():
        found = [
            binding
            for group in bindings.key_to_bindings.values()
            for binding in group
            if binding.action.partition("(")[0] == action
        ]
        if found:
            _drop(bindings, action)
            _add(bindings, replace(found[0], key_display=None), wanted.split(","))


def _drop(bindings: BindingsMap, action: str) -> None:
    for key, group in list(bindings.key_to_bindings.items()):
        kept = [binding for binding in group if binding.action.partition("(")[0] != action]
        if kept:
            bindings.key_to_bindings[key] = kept
        else:
            del bindings.key_to_bindings[key]


def _add(bindings: BindingsMap, binding: Binding, keys: Iterable[str]) -> None:
    for key in keys:
        name = key.strip()
        if name:
            bindings.key_to_bindings.setdefault(name, []).insert(0, replace(binding, key=name))
