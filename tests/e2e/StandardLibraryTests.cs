using Oxidizer.Packager.Processes;
using Oxidizer.Packager.Reporting;

namespace Oxidizer.EndToEnd.Tests;

/// <summary>A product that imports what its standard input names, a module a line, and says how each went.</summary>
public abstract class StandardLibraryProduct : IDisposable
{
    /// <summary>Reads names; prints `name|ok|where` or `name|error`. Output of the modules themselves (`this`, `antigravity`) goes
    /// nowhere.</summary>
    private const string Importer = """
        import sys, io, os
        out = sys.stdout
        for name in sys.stdin.read().split():
            sys.stdout = io.StringIO()
            try:
                __import__(name)
                spec = sys.modules[name].__spec__
                where = "memory" if spec is None or spec.origin is None else spec.origin
                out.write(f"{name}|ok|{where}\n")
            except BaseException as error:
                out.write(f"{name}|{type(error).__name__}: {error}|\n")
        out.flush()
        os._exit(0)
        """;

    protected StandardLibraryProduct(string distribution)
    {
        // With the modules too whose licences would bind the product: they are imported, and given to nobody.
        Workspace.WriteApplication(Importer, more: "[python_extensions]\npolicy = \"all\"", distribution: distribution);
        Result = Workspace.Build();
    }

    public Workspace Workspace { get; } = new();

    public BuildResult Result { get; }

    /// <summary>Where each of the names came from, or the error.</summary>
    public IReadOnlyDictionary<string, (string Outcome, string Where)> Import(IEnumerable<string> names)
    {
        using var process = ChildProcess.Start(
            new Command(Result.ProductPath, []) { ClearEnvironment = true, WorkingDirectory = Workspace.EmptyFolder() }
        );
        process.StandardInput.Write(string.Join('\n', names));
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(60)));
        Assert.True(process.ExitCode == 0, error.Result);
        return output
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('|'))
            .ToDictionary(parts => parts[0], parts => (parts[1], parts.Length > 2 ? parts[2] : ""), StringComparer.Ordinal);
    }

    public void Dispose() => Workspace.Dispose();
}

public sealed class StandardLibraryProduct311() : StandardLibraryProduct(Workspace.Distribution311);

public sealed class StandardLibraryProduct313() : StandardLibraryProduct(Workspace.Distribution313);

public sealed class StandardLibraryTests(StandardLibraryProduct311 product311, StandardLibraryProduct313 product313)
    : IClassFixture<StandardLibraryProduct311>,
        IClassFixture<StandardLibraryProduct313>
{
    [Fact]
    public void Every_module_that_python_3_11_imports_from_disk_is_imported_from_memory() =>
        AssertAllFromMemory(product311, "stdlib-3.11.txt");

    [Fact]
    public void Every_module_that_python_3_13_imports_from_disk_is_imported_from_memory() =>
        AssertAllFromMemory(product313, "stdlib-3.13.txt");

    private static void AssertAllFromMemory(StandardLibraryProduct product, string list)
    {
        var names = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "data", list))
            .Where(line => line.Length > 0 && line[0] != '#')
            .ToList();
        Assert.True(names.Count > 450, $"{list} holds only {names.Count} names");
        var imported = product.Import(names);
        var offenders = names
            .Select(name => (name, Outcome: imported.GetValueOrDefault(name)))
            .Where(entry => entry.Outcome.Outcome != "ok" || !IsMemory(entry.Outcome.Where, product.Result.ProductPath))
            .Select(entry => $"{entry.name}: {entry.Outcome}");
        Assert.Empty(offenders);
    }

    // Linked in, frozen by CPython itself, or below the executable, where no file can be.
    private static bool IsMemory(string where, string product) =>
        where is "memory" or "built-in" or "frozen" || where.StartsWith(product + "/", StringComparison.Ordinal);

    [Theory]
    [InlineData("import ssl; c = ssl.create_default_context(); print(c.cert_store_stats()['x509_ca'] > 0)", "True")]
    [InlineData(
        "import sqlite3; d = sqlite3.connect(':memory:'); d.execute('create table t(a)'); d.execute('insert into t values (42)'); print(d.execute('select a from t').fetchone()[0])",
        "42"
    )]
    [InlineData("import ctypes; print(ctypes.CDLL(None).strlen(b'four'))", "4")]
    [InlineData("import ctypes; f = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)(lambda x: x + 1); print(f(41))", "42")]
    [InlineData("import ctypes; print(ctypes.pythonapi.Py_IsInitialized())", "1")]
    [InlineData("import lzma, bz2, zlib; d = b'x' * 9999; print(all(m.decompress(m.compress(d)) == d for m in (lzma, bz2, zlib)))", "True")]
    [InlineData("import curses, curses.panel; curses.setupterm('xterm', 1); print(curses.tigetnum('colors') >= 8)", "True")]
    [InlineData(
        "import hashlib; print(hashlib.sha256(b'').hexdigest()[:8], hashlib.new('sha3_256', b'').hexdigest()[:8])",
        "e3b0c442 a7ffc6f8"
    )]
    [InlineData(
        "import decimal, uuid; print(decimal.Decimal(1) / 7, uuid.UUID(int=1))",
        "0.1428571428571428571428571429 00000000-0000-0000-0000-000000000001"
    )]
    [InlineData("import xml.etree.ElementTree as e; print(e.fromstring('<a b=\"1\"/>').attrib)", "{'b': '1'}")]
    [InlineData("import readline; readline.add_history('x'); print(readline.get_current_history_length())", "1")]
    [InlineData("import dbm.gnu, dbm.ndbm; print(dbm.gnu.__name__)", "dbm.gnu")]
    [InlineData(
        "import zoneinfo, datetime; print(datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc).isoformat())",
        "2024-01-01T00:00:00+00:00"
    )]
    [InlineData("import asyncio; print(asyncio.run(asyncio.sleep(0, 'done')))", "done")]
    [InlineData("import encodings.idna; print('bücher.example'.encode('idna').decode())", "xn--bcher-kva.example")]
    [InlineData("import unicodedata; print(unicodedata.name('é'))", "LATIN SMALL LETTER E WITH ACUTE")]
    [InlineData("import multiprocessing as m; p = m.get_context('fork').Pool(2); print(sum(p.map(abs, [-1, -2])))", "3")]
    [InlineData("import importlib.resources as r; print(r.files('lib2to3').joinpath('Grammar.txt').read_text()[:1])", "#")]
    [InlineData("import inspect, json; print(inspect.getsource(json.dumps).split('(')[0])", "def dumps")]
    public void The_libraries_that_are_linked_in_work(string code, string expected)
    {
        var workspace = product311.Workspace;
        workspace.Write(
            "oxidizer-eval.toml",
            File.ReadAllText(workspace["oxidizer.toml"])
                .Replace("mode = \"module\"\nmodule = \"app\"", $"mode = \"eval\"\ncode = '''{code}'''", StringComparison.Ordinal)
                .Replace("application_name = \"app\"", "application_name = \"eval\"", StringComparison.Ordinal)
        );
        var result = workspace.Run(workspace.Build("oxidizer-eval.toml").ProductPath);
        Assert.Equal((expected + "\n", "", 0), (result.Output, result.Error, result.ExitCode));
    }
}
