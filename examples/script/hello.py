"""One file, no configuration: OxidizerBuild("hello.py") makes it an executable."""
import sqlite3
import ssl
import sys

print("Hello from one file:", sys.argv[1:])
print("SQLite", sqlite3.sqlite_version, "and", ssl.OPENSSL_VERSION)
