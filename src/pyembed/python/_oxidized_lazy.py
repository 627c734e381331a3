"""Modules that run when they are first used (`lazy_modules`; lazy.c). Differs from importlib.util.LazyLoader: a module keeps its own loader; other threads wait until it
ran; a module that replaces itself in sys.modules forwards to the replacement. Imports only modules that every start has loaded."""

import sys
from _frozen_importlib import _DeadlockError, _get_module_lock
from _thread import get_ident

_Module = type(sys)
_get = _Module.__getattribute__
_waiting = {}   # id of a module -> [the module, the thread that runs it or None]
_replaced = {}  # id of a module -> (the module, what it put in its place)


def defer(module):
    """Makes a module run when it is first used. False if it is to run now: it ran before, is being run by `_load`, or is not of a plain type."""
    spec = _get(module, "__spec__")
    if spec.loader_state is module:
        spec.loader_state = None
        return True  # it was there already (pyembed_lazy_mark)
    if type(module) is not _Module or "__builtins__" in _get(module, "__dict__"):
        return False
    _waiting[id(module)] = [module, None]
    module.__class__ = _LazyModule
    return True


def _load(module):
    entry = _waiting.get(id(module))
    if entry is None or entry[1] == get_ident():
        return
    lock = _get_module_lock(_get(module, "__spec__").name)
    try:
        lock.acquire()
    except _DeadlockError:
        return  # two threads wait for each other: as an import, go on with what is there
    try:
        if id(module) in _waiting:
            _run(module, entry)
    finally:
        lock.release()


def _run(module, entry):
    spec = _get(module, "__spec__")
    entry[1], spec._initializing = get_ident(), True
    try:
        spec.loader.exec_module(module)
    except BaseException:
        entry[1] = None
        if sys.modules.get(spec.name) is module:
            del sys.modules[spec.name]
        raise
    finally:
        spec._initializing = False
    other = sys.modules.get(spec.name, module)
    if other is not module:
        _replaced[id(module)] = module, other
    module.__class__ = _Module if other is module else _ReplacedModule
    _waiting.pop(id(module), None)


class _LazyModule(_Module):
    def __getattribute__(self, name):
        _load(self)
        other = _replaced.get(id(self))
        return _get(self, name) if other is None else getattr(other[1], name)

    def __setattr__(self, name, value):
        _load(self)
        _Module.__setattr__(self, name, value)

    def __delattr__(self, name):
        _load(self)
        _Module.__delattr__(self, name)


class _ReplacedModule(_Module):
    def __getattribute__(self, name):
        return getattr(_replaced[id(self)][1], name)

    def __setattr__(self, name, value):
        setattr(_replaced[id(self)][1], name, value)

    def __delattr__(self, name):
        delattr(_replaced[id(self)][1], name)
