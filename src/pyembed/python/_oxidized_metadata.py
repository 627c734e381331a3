"""importlib.metadata over the packed distributions."""

import os
import re
import sys
from importlib.metadata import Distribution, PathDistribution
from pathlib import Path


class OxidizedDistribution(Distribution):
    """An installed package, read from its `*.dist-info`."""

    __module__ = "oxidized_importer"

    def __init__(self, finder, name, folder):
        self._finder = finder
        self._key = name
        self._folder = folder

    @classmethod
    def find_distributions(cls, context=None):
        """As the finder's method of that name."""
        from oxidized_importer import _finder
        return find_distributions(_finder(), context)

    @property
    def _path(self):
        return self.locate_file(self._folder)

    @property
    def _normalized_name(self):
        return self._key

    def read_text(self, filename):
        data = self._finder._distribution_file(self._key, str(filename))
        if isinstance(data, str):
            with open(data, "rb") as file:
                data = file.read()
        return None if data is None else data.decode("utf-8")

    def locate_file(self, path):
        from _oxidized_resources import OxidizedTraversable
        return OxidizedTraversable(self._finder, "").joinpath(str(path))


def find_distributions(finder, context):
    """An iterator of all distributions, or of those of the context's name. A context with a path of its own finds those that lie there. What importlib's own
    finder of folders finds along that path, or along sys.path, is left to it."""
    name = getattr(context, "name", None)
    path = None if context is None else vars(context).get("path")
    wanted = None if name is None else re.sub(r"[-_.]+", "-", name).lower().replace("-", "_")
    importlibs = sys.modules["_frozen_importlib_external"].PathFinder
    left = [] if importlibs not in sys.meta_path else [str(item) for item in (sys.path if path is None else path)]
    found = []
    for key, _, folder, place in finder._distributions():
        here = finder.path_hook_base_str if place is None else os.path.dirname(place)
        if place is not None and here in left:
            continue
        if wanted in (None, key) and (path is None or here in path):
            found.append(OxidizedDistribution(finder, key, folder) if place is None else PathDistribution(Path(place)))
    return iter(found)
