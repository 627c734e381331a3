namespace Oxidizer.Applications.Tests;

/// <summary>Programs that read Python: they import, open and list what is packed with them.</summary>
[Collection(Applications.Name)]
public sealed class CheckerTests(Site site)
{
    private const string Source = """
        import os, json
        import collections.abc
        x: int = 'a'
        def f(a,b = {1:2}) :
            return os.path.join(a)
        f(3)
        collections.abc.Missing()
        """;

    [Fact]
    public void Mypy_reads_its_stubs()
    {
        using var mypy = new Application(site, "mypy", "mypy.__main__:console_entry", "mypy");
        mypy.With("bad.py", Source);
        Assert.Contains("[assignment]", mypy.Compare("--strict", "bad.py"));
        Assert.Contains("compiled: yes", mypy.Compare("--version"));
    }

    [Fact]
    public void Pylint_infers_what_the_standard_library_has()
    {
        using var pylint = new Application(site, "pylint", "pylint:run_pylint", "pylint");
        pylint.With("bad.py", Source).With("pkg/__init__.py", "from . import missing\nimport no_such_module\n");
        Assert.Contains("no-member", pylint.Compare("bad.py", "pkg"));
        Assert.Contains("no-member", pylint.Compare("-j2", "bad.py", "pkg"));
    }

    [Fact]
    public void Black_formats_by_several_processes()
    {
        using var black = new Application(site, "black", "black:patched_main", "black");
        black
            .With("a.py", Source)
            .With("b.py", Source + "#")
            .Differing(@"reformatted [ab]\.py", @"cache\.[\w.-]+\.pickle", @"2\d{3}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+");
        Assert.Contains("2 files reformatted", black.Compare("a.py", "b.py"));
        Assert.Contains("+def f(a, b={1: 2}):", black.Compare("--diff", "a.py"));
    }

    [Fact]
    public void A_suite_of_pytest_starts_sys_executable()
    {
        using var pytest = new Application(site, "pytest", "pytest:console_main", "pytest", "pytest-xdist"); // the reference names its plugins
        pytest
            .With(
                "test_a.py",
                """
                import subprocess, sys
                def test_child():
                    assert subprocess.check_output([sys.executable, "-c", "import json; print(json.dumps([1]))"], text=True) == "[1]\n"
                def test_module():
                    assert b"test session starts" in subprocess.run([sys.executable, "-m", "pytest", "helper.py"], stdout=subprocess.PIPE).stdout
                def test_rewritten(tmp_path, capsys):
                    print("x")
                    assert capsys.readouterr().out == "y"
                def test_beside():
                    import helper
                    assert helper.X == 1
                """
            )
            .With("helper.py", "X = 1\n")
            .Differing(@"in \d+\.\d+s");
        Assert.Contains("1 failed, 3 passed", pytest.Compare("-p", "no:cacheprovider"));
        Assert.Contains("4 tests collected", pytest.Compare("--collect-only", "--doctest-modules"));
    }

    [Fact]
    public void Flake8_hands_its_plugins_to_its_processes()
    {
        using var flake8 = new Application(site, "flake8", "flake8.main.cli:main", "flake8");
        flake8.With("a.py", Source).With("b.py", Source);
        Assert.Contains("b.py:1:10: E401", flake8.Compare("--jobs=2", "a.py", "b.py"));
    }

    [Fact]
    public void Workers_of_pytest_xdist_are_products()
    {
        using var pytest = new Application(site, "pytest", "pytest:console_main", "pytest", "pytest-xdist");
        pytest
            .With("test_a.py", "def test_a(): import helper\ndef test_b(worker_id): assert worker_id in ('gw0', 'gw1')\n")
            .With("helper.py", "")
            .Differing(@"in \d+\.\d+s");
        Assert.Contains("2 passed", pytest.Compare("-q", "-n2", "-p", "no:cacheprovider"));
    }
}
