using System.Text;
using Oxidizer.Packager.Missing;
using Oxidizer.Packager.Tests.Resources;

namespace Oxidizer.Packager.Tests.Missing;

/// <summary>What a source asks for: its own words, and those of the whole standard library beside CPython's parser.</summary>
public sealed class ReadWantsTests
{
    // Every statement of a module's own body, as Python's parser has it; and whether it holds a word that may end it.
    private const string Oracle = """
        import ast, os, sys
        for root in sys.argv[1:]:
            for folder, _, names in os.walk(root):
                for name in sorted(names):
                    path = os.path.join(folder, name)
                    if not name.endswith(".py"):
                        continue
                    source = open(path, "rb").read()
                    try:
                        body = ast.parse(source).body
                    except Exception:
                        continue
                    ends = any(word in source for word in (b"raise", b"exit", b"quit", b"execv"))
                    print("=", path, "ends" if ends else "runs")
                    for node in body:
                        if isinstance(node, ast.Import):
                            for alias in node.names:
                                print(node.lineno, alias.name)
                        elif isinstance(node, ast.ImportFrom):
                            print(node.lineno, "." * node.level + (node.module or ""), ",".join(a.name for a in node.names if a.name != "*"))
        """;

    [Fact]
    public void The_imports_of_the_whole_standard_library_are_those_that_Pythons_parser_finds()
    {
        var library = MachinePython.Run("import sysconfig; print(sysconfig.get_path('stdlib'))").Trim();
        var files = MachinePython.Run(Oracle, library).Split("= ", StringSplitOptions.RemoveEmptyEntries);
        var (whole, imports) = (0, 0);
        foreach (var file in files)
        {
            var lines = file.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            var (path, ends) = (lines[0].Split(' ')[0], lines[0].EndsWith(" ends", StringComparison.Ordinal));
            var expected = lines.Skip(1).Select(line => line.Trim()).ToList();
            var found = ReadWants.Of(File.ReadAllBytes(path)).Wants.Where(IsImport).Select(Words).ToList();
            Assert.True(found.All(expected.Contains), $"{path}: {string.Join("; ", found.Except(expected))}");
            imports += found.Count;
            if (ends)
                continue;
            whole++;
            Assert.True(expected.SequenceEqual(found), $"{path}: {string.Join("; ", expected.Except(found))}");
        }
        Assert.True(whole > 200 && imports > 2000, $"{whole} files, {imports} imports");
    }

    [Theory]
    [InlineData("import a.b as c, d", "1 a.b|1 d")]
    [InlineData("x = 1; import a; from b import c", "1 a|1 b c")]
    [InlineData("from . import a, b", "1 . a,b")]
    [InlineData("from ..a.b import (\n  c as d, # of old\n  e,\n)", "1 ..a.b c,e")]
    [InlineData("from a import *", "1 a")]
    [InlineData("from a \\\n  import b\nimport c", "1 a b|3 c")]
    [InlineData("\uFEFFimport a", "1 a")]
    [InlineData("import a\r\nimport b\r\n", "1 a|2 b")]
    [InlineData("'''\nimport a\n'''\nimport b", "4 b")]
    [InlineData("x = '\\\nimport a'\nimport b", "3 b")]
    [InlineData("x = [\nimport_a,\n]\nimport b", "4 b")]
    [InlineData("if X:\n\n# words\n    y = 1\n    import a\nimport b", "6 b")]
    [InlineData("import größe", "1 größe")]
    public void An_import_is_found(string source, string expected) =>
        Assert.Equal(expected.Split('|'), Read(source).Wants.Where(IsImport).Select(Words));

    [Theory]
    [InlineData("try:\n    import a\nexcept ImportError:\n    a = None")]
    [InlineData("try: import a\nexcept ImportError: a = None")]
    [InlineData("from typing_ import TYPE_CHECKING_ if 0 else 0\nif TYPE_CHECKING:\n    import a")]
    [InlineData("if sys.platform == 'win32': import a")]
    [InlineData("if sys.platform == 'win32':\n    pass\nelse:\n    import a")]
    [InlineData("def f():\n    import a")]
    [InlineData("async def f():\n    import a")]
    [InlineData("class C:\n    import a")]
    [InlineData("with suppress(ImportError):\n    import a")]
    [InlineData("for x in y:\n\timport a")]
    [InlineData("while x:\n  import a")]
    [InlineData("match x:\n  case 1:\n    import a")]
    [InlineData("if sys.platform != 'win32':\n    raise ImportError('win32 only')\nimport a")]
    [InlineData("if sys.version_info < (3,): sys.exit(1)\nimport a")]
    [InlineData("# import a")]
    [InlineData("import")]
    [InlineData("from")]
    [InlineData("from a")]
    [InlineData("from import a")]
    [InlineData("import a.")]
    [InlineData("(import a")]
    [InlineData("\"\"\"import a")]
    public void What_need_not_happen_is_not_found(string source) => Assert.DoesNotContain(Read(source).Wants, want => want.Name == "a");

    [Fact]
    public void A_raise_in_a_handler_or_in_a_function_ends_nothing()
    {
        var source = "try:\n    x()\nexcept E:\n    raise\ndef f():\n    raise X\nclass C:\n    def g(self): raise Y\nimport a";
        Assert.Equal(["9 a"], Read(source).Wants.Select(Words));
    }

    [Theory]
    [InlineData("import ctypes\nctypes.CDLL('libx.so.1')", "libx.so.1")]
    [InlineData("from ctypes import CDLL\ndef f():\n    return CDLL(\"libx.so\", mode=1)", "libx.so")]
    [InlineData("import ctypes.util\nclass C:\n    name = ctypes.util.find_library('x')", "x")]
    [InlineData("from ctypes.util import find_library\nX = find_library('x')", "x")]
    [InlineData("from ctypes import cdll\nX = cdll.LoadLibrary('libx.so.1')", "libx.so.1")]
    public void A_library_that_is_looked_for_by_a_constant_name_is_found(string source, string name) =>
        Assert.Equal([name], Libraries(source));

    [Theory]
    [InlineData("import ctypes\nctypes.CDLL('kernel32')")]
    [InlineData("import ctypes\nctypes.CDLL('libSystem.dylib')")]
    [InlineData("import ctypes\nctypes.CDLL('./libx.so')")]
    [InlineData("import ctypes\nctypes.CDLL(name)")]
    [InlineData("import ctypes\nctypes.CDLL(f'libx.so')")]
    [InlineData("import ctypes\nctypes.CDLL(None)")]
    [InlineData("import ctypes\nX = find_library('x') or find_library('y')")]
    [InlineData("import ctypes\nif X:\n    ctypes.CDLL('libx.so')")]
    [InlineData("import ctypes\ntry:\n    ctypes.CDLL('libx.so')\nexcept OSError: pass")]
    [InlineData("import ctypes\ndef f():\n    if X:\n        ctypes.CDLL('libx.so')")]
    [InlineData("import ctypes\ndef find_library(name): pass")]
    [InlineData("import ctypes\nX = self.compiler.find_library('x')")]
    [InlineData("from distutils import find_library\nX = find_library('x')")]
    public void A_library_that_may_not_be_looked_for_is_not_found(string source) => Assert.Empty(Libraries(source));

    [Theory]
    [InlineData("sys.modules[__name__] = Lazy()", true)]
    [InlineData("sys.modules[name + '.moves'] = x", true)]
    [InlineData("sys.modules.setdefault('a', x)", true)]
    [InlineData("sys.meta_path.append(x)", true)]
    [InlineData("__path__ = []", true)]
    [InlineData("modules = sys.modules", true)]
    [InlineData("from sys import modules", true)]
    [InlineData("x = sys.modules[__name__]", false)]
    [InlineData("x = sys.modules['a'].b", false)]
    [InlineData("x = sys.modules.get('a')", false)]
    [InlineData("if 'a' in sys.modules: pass", false)]
    [InlineData("if sys.modules['a'] == b: pass", false)]
    [InlineData("modules = []", false)]
    public void Whether_a_source_makes_modules_is_told(string source, bool makes) => Assert.Equal(makes, Read(source).MakesModules);

    [Fact]
    public void A_module_that_a_source_makes_by_name_is_given() =>
        Assert.Equal(
            [(WantKind.Gives, "a.b", 2)],
            Read("def f():\n    sys.modules['a.b'] = x").Wants.Select(want => (want.Kind, want.Name, want.Line))
        );

    [Theory]
    [InlineData("sys.path.insert(0, x)", true)]
    [InlineData("sys.path += [x]", true)]
    [InlineData("sys.path[:0] = [x]", true)]
    [InlineData("sys.path = x", true)]
    [InlineData("site.addsitedir(x)", true)]
    [InlineData("from sys import path", true)]
    [InlineData("for x in sys.path: pass", false)]
    [InlineData("x = list(sys.path)", false)]
    [InlineData("os.path.insert(x)", false)]
    public void Whether_a_source_changes_the_path_is_told(string source, bool changes) => Assert.Equal(changes, Read(source).ChangesPath);

    [Fact]
    public void Any_bytes_are_read_to_their_end()
    {
        var random = new Random(7);
        var words = new[]
        {
            "import a",
            "from",
            "'",
            "\"\"\"",
            "(",
            "]",
            "\\",
            "\n",
            ";",
            ":",
            "sys.modules[",
            "=",
            "CDLL(",
            "f'",
            "\t",
            "#",
            "\0",
            "é",
            "if",
        };
        for (var round = 0; round < 20_000; round++)
        {
            var source = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => words[random.Next(words.Length)]));
            var bytes = Encoding.UTF8.GetBytes(source);
            Assert.NotNull(ReadWants.Of(bytes[..random.Next(bytes.Length + 1)]));
        }
    }

    private static SourceWants Read(string source) => ReadWants.Of(Encoding.UTF8.GetBytes(source));

    private static IEnumerable<string> Libraries(string source) =>
        Read(source).Wants.Where(want => want.Kind is WantKind.FindsLibrary or WantKind.LoadsLibrary).Select(want => want.Name);

    private static bool IsImport(Want want) => want.Kind is WantKind.Import or WantKind.From;

    private static string Words(Want want) => $"{want.Line} {want.Name} {string.Join(',', want.Parts)}".Trim();
}
