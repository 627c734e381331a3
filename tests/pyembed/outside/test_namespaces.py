"""Namespace packages with portions in the product and on disk, where imports from the file system are on."""

import tempfile
import unittest
from pathlib import Path

from products import mode, run

# what is packed: space/loose.txt, space/part (a package), halves (a namespace package) with halves/packed.py
FILES = {
    "first/space/deep/dm.py": "VALUE = 'deep'\n",
    "first/space/deep/er/c.txt": "c",
    "first/space/a/b/c.txt": "c",
    "first/outer/inner/nm.py": "VALUE = 'inner'\n",
    "first/outer/inner/data/theirs.txt": "theirs",
    "first/halves.py": "",
    "second/space/deep/later.py": "VALUE = 'later'\n",
    "second/space/deep/er/d.txt": "d",
    "second/outer/inner/later.py": "VALUE = 'later'\n",
    "regular/outer/inner/__init__.py": "VALUE = 'regular'\n",
}


class TestNamespaces(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        for name, text in FILES.items():
            file = Path(cls.folder.name, name)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)

    def check(self, code, expected):
        start = f"import sys; at = {self.folder.name!r}; sys.path.append(at + '/first'); base = sys.executable\n"
        result = run(start + code, product=mode("paths"))
        self.assertEqual((result.stdout, result.stderr), (expected + "\n", ""))

    def test_a_module_on_disk_in_a_nested_namespace_package_is_imported(self):
        self.check("import outer.inner.nm, outer.inner.packed; print(outer.inner.nm.VALUE, outer.inner.packed.VALUE, list(outer.inner.__path__) == "
                   "[base + '/outer/inner', at + '/first/outer/inner'])", "inner packed True")

    def test_a_namespace_package_sees_what_is_added_to_sys_path_later(self):
        self.check("import space, outer.inner; sys.path.append(at + '/second'); import space.deep.later, outer.inner.later\n"
                   "print(space.deep.later.VALUE, outer.inner.later.VALUE, list(outer.inner.__path__)[2:] == [at + '/second/outer/inner'])", "later later True")

    def test_a_path_is_that_of_importlib_and_keeps_the_order_of_its_parent(self):
        self.check("import outer; print(type(outer.__path__).__name__); outer.__path__ = list(outer.__path__)[::-1]; import outer.inner\n"
                   "print([item.startswith(base) for item in outer.inner.__path__])", "_NamespacePath\n[False, True]")

    def test_a_regular_package_on_disk_stands_before_nested_portions(self):
        self.check("sys.path.insert(0, at + '/regular'); import outer.inner; print(outer.inner.VALUE, len(outer.inner.__path__))", "regular 1")

    def test_a_spec_can_be_asked_for_without_the_parent(self):
        self.check("finder = sys.meta_path[0]; print(finder.find_spec('outer.inner', [base + '/outer', at + '/first/outer']).submodule_search_locations == "
                   "[base + '/outer/inner', at + '/first/outer/inner'])", "True")

    def test_a_submodule_of_a_packed_name_is_not_looked_for_on_sys_path(self):
        self.check("sys.path.append(at + '/first/outer'); import importlib.util\n"
                   "print(importlib.util.find_spec('inner') is not None, base + '/outer/inner' in importlib.util.find_spec('outer.inner').submodule_search_locations)",
                   "True True")

    def test_joinpath_finds_files_of_a_portion_on_disk_however_the_path_is_cut(self):
        self.check("from importlib.resources import files; root = files('space')\n"
                   "for cut in (('a/b/c.txt',), ('a', 'b', 'c.txt'), ('a/b', 'c.txt'), ('a', 'b/c.txt'), ('a', '..', 'a/b/c.txt')):\n"
                   "    assert root.joinpath(*cut).read_text() == 'c' and str(root.joinpath(*cut)) == at + '/first/space/a/b/c.txt', cut\n"
                   "print(root.joinpath('part/words.txt').is_file(), root.joinpath('a/nothing').is_file(), root.joinpath('deep', '\\udce9').is_file())",
                   "True False False")

    def test_a_folder_in_several_portions_is_one(self):
        self.check("sys.path.append(at + '/second'); from importlib.resources import files\n"
                   "print(sorted(item.name for item in files('space').joinpath('deep', 'er').iterdir()), [files('space').joinpath('deep').joinpath('er').joinpath(n).read_text() for n in ('c.txt', 'd.txt')])\n"
                   "print(sorted(item.name for item in files('outer.inner').joinpath('data').iterdir()), files('outer.inner').joinpath('data/theirs.txt').read_text(), "
                   "files('outer.inner').joinpath('data/ours.txt').read_text())", "['c.txt', 'd.txt'] ['c', 'd']\n['ours.txt', 'theirs.txt'] theirs ours")
