"""Modules of the standard library that take a path to read from."""

import bz2
import configparser
import csv
import dbm
import fileinput
import filecmp
import functools
import gettext
import hashlib
import http.server
import importlib.machinery
import importlib.resources
import importlib.util
import json
import linecache
import lzma
import mimetypes
import netrc
import os
import pathlib
import pickle
import pkgutil
import py_compile
import runpy
import shelve
import sqlite3
import ssl
import sys
import tarfile
import tempfile
import threading
import tokenize
import tomllib
import urllib.error
import urllib.request
import wave
import xml.etree.ElementTree
import zipfile
import zipimport
import zoneinfo


def loaded(spec):
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def ask_archives(answers):
    data = answers.path("tree/data")
    answers.ask("zipfile", lambda: [(item.filename, item.file_size) for item in zipfile.ZipFile(data + "/archive.zip").infolist()])
    answers.ask("zipfile read", lambda: zipfile.ZipFile(data + "/archive.zip").read("in/3.txt"))
    answers.ask("zipfile of another", zipfile.ZipFile, data + "/one")
    answers.ask("zipfile append", zipfile.ZipFile, data + "/archive.zip", "a")
    answers.ask("is_zipfile", lambda: (zipfile.is_zipfile(data + "/archive.zip"), zipfile.is_zipfile(data + "/one"), zipfile.is_zipfile(data + "/none")))
    answers.ask("zipfile.Path", lambda: zipfile.Path(data + "/archive.zip", "in/1.txt").read_text())
    answers.ask("tarfile", lambda: [(member.name, tarfile.open(data + "/archive.tar.gz").extractfile(member).read()) for member in tarfile.open(data + "/archive.tar.gz")])
    answers.ask("tarfile missing", tarfile.open, data + "/none.tar")
    answers.ask("tar of packed", lambda: tarfile.open(answers.new(), "w").add(data, "data"))
    for module in (bz2, lzma):
        answers.ask(f"{module.__name__} missing", lambda: module.open(data + "/none").read())
        answers.ask(f"{module.__name__} other", lambda: module.open(data + "/one").read())
    answers.ask("zipimport", lambda: zipimport.zipimporter(data + "/archive.zip").load_module("zipped_module").VALUE)


def ask_databases(answers):
    database = answers.path("tree/data/data.db")
    for more in ("?mode=ro", "?mode=ro&immutable=1", "?immutable=1"):
        answers.ask(f"sqlite3 {more}", lambda: sqlite3.connect(f"file:{database}{more}", uri=True).execute("select count(*), sum(value) from numbers").fetchall())
    answers.ask("sqlite3 write", lambda: sqlite3.connect(f"file:{database}?mode=ro", uri=True).execute("insert into numbers values (1)"))
    answers.ask("sqlite3 for writing", lambda: sqlite3.connect(f"file:{database}?mode=rw", uri=True).execute("select count(*) from numbers").fetchall())
    answers.ask("sqlite3 for writing, written", lambda: sqlite3.connect(database).execute("insert into numbers values (1)"))
    answers.ask("sqlite3 missing", lambda: sqlite3.connect(f"file:{answers.path('tree/data/none.db')}?mode=ro", uri=True))
    answers.ask("sqlite3 create", lambda: sqlite3.connect(answers.path("tree/data/none.db")))
    answers.ask("sqlite3 attach", lambda: sqlite3.connect(":memory:").execute("attach database ? as packed", (database,)).connection.execute("select count(*) from packed.numbers").fetchall())
    answers.ask("sqlite3 backup", backup, database)
    answers.ask("dbm", lambda: dbm.whichdb(database))
    answers.ask("shelve", lambda: shelve.open(answers.path("tree/data/none"), flag="r"))


def backup(database):
    target = sqlite3.connect(":memory:")
    sqlite3.connect(f"file:{database}?mode=ro", uri=True).backup(target)
    return target.execute("select max(value) from numbers").fetchall()


def ask_modules(answers):
    tree = answers.path("tree")
    answers.ask("spec_from_file_location", lambda: (lambda module: (module.VALUE, module.WHERE, module.__name__))(loaded(importlib.util.spec_from_file_location("another", tree + "/module.py"))))
    answers.ask("spec of a missing file", lambda: loaded(importlib.util.spec_from_file_location("another", tree + "/none.py")))
    answers.ask("SourceFileLoader", lambda: importlib.machinery.SourceFileLoader("another", tree + "/module.py").get_data(tree + "/data/one"))
    answers.ask("runpy.run_path", lambda: runpy.run_path(tree + "/main.py")["RESULT"])
    answers.ask("runpy.run_path named", lambda: runpy.run_path(tree + "/main.py", run_name="__main__")["RESULT"])
    answers.ask("FileFinder", lambda: importlib.machinery.FileFinder(tree, (importlib.machinery.SourceFileLoader, [".py"])).find_spec("sub").submodule_search_locations)
    answers.ask("py_compile", lambda: py_compile.compile(tree + "/module.py", cfile=answers.new(), doraise=True) is not None)
    answers.ask("py_compile beside", lambda: py_compile.compile(tree + "/data/none.py", doraise=True))
    answers.ask("linecache", lambda: (linecache.getline(tree + "/module.py", 2), linecache.checkcache(), linecache.getlines(tree + "/main.py"), linecache.getlines(tree + "/none.py")))
    answers.ask("tokenize", lambda: tokenize.open(tree + "/module.py").encoding)
    answers.ask("pkgutil.iter_modules", lambda: sorted(name for _, name, _ in pkgutil.iter_modules([tree])))
    answers.ask("importlib.resources", lambda: importlib.resources.files(import_package(tree, "tree")).joinpath("data/one").read_bytes())


def import_package(tree, name):
    spec = importlib.util.spec_from_file_location("copy_of_tree", tree + "/__init__.py", submodule_search_locations=[tree])
    sys.modules["copy_of_tree"] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def ask_texts(answers):
    data = answers.path("tree/data")
    answers.ask("fileinput", lambda: [(fileinput.filename(), fileinput.filelineno(), line) for line in fileinput.input([data + "/one", data + "/crlf.txt"])])
    answers.ask("fileinput inplace", lambda: list(fileinput.input(data + "/one", inplace=True)))
    answers.ask("configparser", lambda: (lambda parser: (parser.read([data + "/config.ini", data + "/none.ini"]), parser["section"]["key"]))(configparser.ConfigParser()))
    answers.ask("json", lambda: json.load(open(data + "/table.json")))
    answers.ask("csv", lambda: len(list(csv.reader(open(data + "/lines.txt")))))
    answers.ask("gettext", lambda: gettext.translation("app", data + "/locale", languages=["de"]).gettext("hello"))
    answers.ask("gettext.find", lambda: gettext.find("app", data + "/locale", languages=["fr", "de_DE"], all=True))
    answers.ask("gettext missing", lambda: gettext.translation("app", data + "/locale", languages=["fr"]))
    answers.ask("hashlib.file_digest", lambda: hashlib.file_digest(open(data + "/large.bin", "rb"), "sha256").hexdigest())
    answers.ask("filecmp", lambda: (filecmp.cmp(data + "/one", data + "/page.bin"), filecmp.cmp(data + "/one", data + "/one", shallow=False), filecmp.dircmp(data, data).common_dirs[:0]))
    answers.ask("xml", lambda: xml.etree.ElementTree.parse(data + "/one"))
    answers.ask("tomllib", lambda: tomllib.load(open(data + "/table.json", "rb")))
    answers.ask("netrc", lambda: netrc.netrc(data + "/one"))
    answers.ask("wave", lambda: wave.open(data + "/one"))
    answers.ask("pickle", lambda: pickle.load(open(data + "/one", "rb")))
    answers.ask("mimetypes", lambda: mimetypes.read_mime_types(data + "/one"))
    answers.ask("zoneinfo", lambda: zoneinfo.ZoneInfo.from_file(open(data + "/one", "rb")))
    answers.ask("ssl", lambda: (lambda context: (context.load_verify_locations(data + "/ca.pem"), [item["subject"] for item in context.get_ca_certs()]))(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)))
    answers.ask("ssl missing", lambda: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(data + "/none.pem"))
    answers.ask("ssl no certificate", lambda: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(data + "/one"))
    answers.ask("ssl folder", lambda: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(capath=data))
    answers.ask("ssl chain", lambda: ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(data + "/ca.pem"))
    answers.ask("file URL", lambda: urllib.request.urlopen(pathlib.Path(data, "with space.txt").as_uri()).read())
    for place in ("tree/data", "tree/missing"):
        for function in (tempfile.NamedTemporaryFile, tempfile.TemporaryFile, tempfile.mkdtemp):
            answers.ask(f"{function.__name__} {place}", number_of_error, lambda: function(dir=answers.path(place)))


def number_of_error(call):
    """Where the message has a name at random."""
    try:
        call()
    except OSError as error:
        return type(error).__name__, error.errno


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def ask_server(answers):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=answers.path("tree")))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        for name in ("data/one", "data/large.bin", "data/", "data", "data/umlaut-%C3%A4.txt", "data/none", "data/one/", "../../x", "hollow/", "module.py"):
            def fetch():
                try:
                    answer = urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/{name}")
                except urllib.error.HTTPError as error:
                    answer = error
                with answer:
                    return answer.status, answer.headers["Content-Type"], answer.headers["Content-Length"], answer.read()
            answers.ask(f"http {name}", fetch)
    finally:
        server.shutdown()
        server.server_close()


def ask(answers):
    ask_archives(answers)
    ask_databases(answers)
    ask_modules(answers)
    ask_texts(answers)
    ask_server(answers)
