using Oxidizer.Packager.Reporting;

namespace Oxidizer.EndToEnd.Tests;

/// <summary>The build says what a product will miss, and the product misses exactly that.</summary>
public sealed class MissingTests : IDisposable
{
    private static readonly string[] s_ids = ["OXI0333", "OXI0334", "OXI0335"];
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void What_the_build_says_is_missing_is_what_the_product_does_not_find_at_the_same_line()
    {
        _workspace
            .Write("app/views.py", "import json\n\nfrom redis.client import Redis\n")
            .Write("app/plugin.py", "import never_asked_for\n")
            .WriteApplication("import sys\ntry:\n    import ujson\nexcept ImportError:\n    pass\nimport app.views\n");
        var warning = Assert.Single(Missing(_workspace.Build()));
        Assert.Equal(s_ids[0], warning.Id);
        Assert.StartsWith(_workspace["app/views.py"] + ":3: `app.views` imports `redis`", warning.Message, StringComparison.Ordinal);

        var result = _workspace.Run(_workspace.Build().ProductPath);
        Assert.Equal(1, result.ExitCode);
        Assert.EndsWith("ModuleNotFoundError: No module named 'redis'\n", result.Error, StringComparison.Ordinal);
        Assert.Matches("app/views.py\", line 3, in <module>", result.Error);

        _workspace.Write("app/views.py", "import json\n");
        var mended = _workspace.Build();
        Assert.Empty(Missing(mended));
        Assert.Equal(0, _workspace.Run(mended.ProductPath).ExitCode);
    }

    [Fact]
    public void An_extension_module_that_is_not_linked_is_said_where_the_standard_library_imports_it()
    {
        _workspace.WriteApplication("import sqlite3\n", more: "[python_extensions]\nexcludes = [\"_sqlite3\"]");
        var result = _workspace.Build();
        var warning = Assert.Single(Missing(result));
        Assert.Matches("sqlite3/dbapi2.py:[0-9]+: `sqlite3.dbapi2` imports `_sqlite3`", warning.Message);
        Assert.Contains("No module named '_sqlite3'", _workspace.Run(result.ProductPath).Error);
    }

    [Fact]
    public void Of_what_people_install_nothing_is_said_that_works()
    {
        using var packages = DebianPackages.FetchPrograms("python3-flask", "python3-requests", "python3-yaml");
        _workspace.WriteApplication(
            "import flask, flask.cli, jinja2, requests, yaml\nfrom six import moves\nimport six.moves.urllib.parse\nprint('works')\n",
            more: $"""
            [[python_packages]]
            type = "installed"
            path = "{packages.Site}"
            distributions = ["flask", "requests", "pyyaml", "six"]
            """
        );
        var result = _workspace.Build();
        Assert.Equal("works\n", _workspace.Run(result.ProductPath).Output);
        Assert.Empty(Missing(result).Select(warning => warning.Message));
    }

    [Fact]
    public void Of_the_whole_standard_library_nothing_is_said_that_can_be_imported()
    {
        // What imports what Linux has not is imported by nobody.
        _workspace.WriteApplication(
            """
            import argparse, ast, asyncio, bz2, calendar, cmd, code, concurrent.futures, configparser, csv, ctypes.util, curses, dataclasses, dbm
            import decimal, difflib, doctest, email.mime.text, ensurepip, ftplib, gzip, html.parser, http.server, idlelib, imaplib, importlib.metadata
            import ipaddress, json, lib2to3.main, logging.config, lzma, mailbox, multiprocessing.pool, pdb, pickle, pkgutil, plistlib, poplib, pydoc
            import readline, runpy, sched, shelve, site, smtplib, socketserver, sqlite3, ssl, statistics, tarfile, telnetlib, tracemalloc, turtledemo
            import unittest.mock, urllib.request, uuid, venv, wsgiref.simple_server, xml.etree.ElementTree, xml.sax, xmlrpc.server, zipapp, zoneinfo
            print("works")
            """
        );
        var result = _workspace.Build();
        var run = _workspace.Run(result.ProductPath);
        Assert.Equal("works\n", run.Output);
        Assert.Empty(Missing(result).Select(warning => warning.Message));
    }

    private static IEnumerable<ResultWarning> Missing(BuildResult result) => result.Warnings.Where(warning => s_ids.Contains(warning.Id));
}
