"""What settings of the packed resources change."""

import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from products import DATA, MODES, mode, run


class TestSettings(unittest.TestCase):
    def test_sys_paths_turn_file_imports_on(self):
        product = mode("paths")
        shutil.copytree(DATA / "disk", f"{MODES}/disk", dirs_exist_ok=True)
        result = run(product=product)
        self.assertEqual(result.stdout, "from disk packed part part on disk 2\n", result.stderr)

    def test_compressed_items_are_read(self):
        for codec in ("zlib", "zstd"):
            result = run(product=mode(f"stored-{codec}"))
            self.assertEqual(result.stdout, "41 b'name,value\\na,1\\n' True\n255744 True\n", result.stderr)
            self.assertIn("# the line that a traceback shows", result.stderr)

    def test_a_damaged_compressed_item_is_told(self):
        result = run(product=mode("stored-damaged"))
        self.assertIn("ImportError: the packed resources are damaged: a compressed item cannot be unpacked to the size that it says\n", result.stderr)
        self.assertEqual((result.stdout, result.returncode), ("", 1))

    def test_an_item_of_a_codec_that_the_product_lacks_is_told(self):
        result = run(product=mode("stored-unread"))
        self.assertIn("stored with zstd, which this product was not made to read; package with compress = \"zstd\"", result.stderr)
        self.assertEqual((result.stdout, result.returncode), ("", 1))

    def test_compressed_items_are_extracted(self):
        for codec in ("zlib", "zstd"):
            with tempfile.TemporaryDirectory() as home:
                result = run(product=mode(f"files-{codec}"), environment={**os.environ, "HOME": home, "XDG_CACHE_HOME": home + "/cache"})
                self.assertEqual(result.stdout, "True b'name,value\\na,1\\n'\n", result.stderr)

    def test_a_damaged_item_is_not_extracted_and_leaves_nothing(self):
        with tempfile.TemporaryDirectory() as home:
            result = run(product=mode("files-damaged"), environment={**os.environ, "HOME": home, "XDG_CACHE_HOME": home + "/cache"})
            self.assertIn("the packed resources are damaged: a compressed item cannot be unpacked to the size that it says", result.stderr)
            self.assertEqual((result.stdout, result.returncode, os.listdir(home + "/cache/oxidizer-files")), ("", 1, []))

    def test_modules_beside_the_product(self):
        shutil.copytree(DATA / "beside", f"{MODES}/lib", dirs_exist_ok=True)
        result = run(product=mode("beside"))
        self.assertEqual(result.stdout, f"{MODES}/lib/beside.py {MODES}/lib/beside_pkg/__init__.py SourceFileLoader inner\n", result.stderr)
        self.assertFalse(os.path.exists(f"{MODES}/lib/__pycache__"))

    def test_a_module_without_source_has_no_lines_but_runs(self):
        result = run(product=mode("sourceless"))
        self.assertIn("ValueError: on purpose", result.stderr)
        self.assertNotIn("the line that a traceback shows", result.stderr)
        self.assertEqual(result.stdout, "None\n")

    def test_static_terminfo_is_read_from_the_folders_of_the_setting_however_long_they_are(self):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "oxidizer-test.ti").write_text("oxidizer-test|made for this test,\n\tcols#77,\n")
            subprocess.run(["tic", "-o", f"{folder}/described", f"{folder}/oxidizer-test.ti"], check=True)
            environment = {name: value for name, value in os.environ.items() if not name.startswith("TERMINFO")}
            result = run(product=mode("terminfo"), environment=environment, cwd=folder)
            self.assertEqual((result.stdout, result.stderr), ("77 False\n", ""))
            elsewhere = run(product=mode("terminfo"), environment=dict(environment, TERMINFO_DIRS="/no/such/folder"), cwd=folder)
            self.assertIn("could not find terminal", elsewhere.stderr)

    def test_imported_modules_are_recorded_on_demand(self):
        with tempfile.TemporaryDirectory() as folder:
            run(product=mode("recorded"), environment=dict(os.environ, RECORD_TO=folder))
            file, = os.listdir(folder)
            names = Path(folder, file).read_text().split()
        self.assertIn("json.decoder", names)
        self.assertLess(names.index("encodings"), names.index("json.decoder"))
        result = run(product=mode("recorded"), environment=dict(os.environ, RECORD_TO="/no/such/folder"))
        self.assertEqual(result.returncode, 0)
        self.assertIn("cannot record the imported modules", result.stderr)

    def test_no_module_has_a_file_when_the_setting_says_none(self):
        result = run(product=mode("nofile"))
        self.assertEqual(result.stdout, "False False True\nFalse None True\n", result.stderr)
