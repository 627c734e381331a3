using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Oxidizer.Packager.Processes;

namespace Oxidizer.Applications.Tests;

/// <summary>
/// One application, packaged as a new user would: the standard library, what is installed, and an entry point. It runs as a product and
/// under <c>python3</c>, each in a new folder of the same path.
/// </summary>
internal sealed partial class Application : IDisposable
{
    private static readonly DateTime s_written = new(2023, 11, 14, 22, 13, 20, DateTimeKind.Utc);
    private readonly Workspace _workspace = new();
    private readonly Site _site;
    private readonly string _name,
        _start;
    private readonly Dictionary<string, string> _files = [];
    private readonly List<Regex> _differing = [];

    /// <summary>A console script: <c>package.module:function</c>.</summary>
    public Application(Site site, string name, string entryPoint, params string[] distributions)
    {
        (_site, _name) = (site, name);
        var (module, function) = (entryPoint.Split(':')[0], entryPoint.Split(':')[1]);
        _start = $"import sys; sys.argv[0] = '{name}'; sys.path.remove('')\nfrom {module} import {function} as main\nsys.exit(main())";
        Build(Installed(distributions) + $"[python_run]\nentry_point = \"{entryPoint}\"\n");
    }

    /// <summary>A program of its own beside what is installed: files of a folder, of which <c>main.py</c> is run. A text that is the path
    /// of a file stands for that file.</summary>
    public Application(Site site, string name, string[] distributions, params (string Name, string Text)[] sources)
    {
        (_site, _name) = (site, name);
        foreach (var (file, text) in sources)
            if (Path.IsPathRooted(text))
                File.Copy(text, _workspace.Write($"sources/{file}", "")[$"sources/{file}"], overwrite: true);
            else
                _workspace.Write($"sources/{file}", text);
        _start =
            $"import runpy, sys; sys.argv[0] = '{name}'; sys.path[0] = '{_workspace["sources"]}'\nrunpy.run_module('main', run_name='__main__')";
        Build(
            (distributions.Length > 0 ? Installed(distributions) : "")
                + $"""
                [[python_packages]]
                type = "package-root"
                path = "sources"
                packages = ["*"]
                [python_run]
                mode = "module"
                module = "main"

                """
        );
    }

    /// <summary>Where the product is.</summary>
    public string Product { get; private set; } = "";

    /// <summary>Variables that both see, beside HOME, TMPDIR, PATH, LANG.</summary>
    public Dictionary<string, string> Variables { get; } = [];

    /// <summary>Whether it runs on a machine that has Debian's <c>/usr/share</c> of the packages: Debian's patches name it.</summary>
    public bool NeedsShare { get; init; }

    /// <summary>The working folder of both.</summary>
    public string Folder => _workspace["run/work"];

    /// <summary>A file that stands in the working folder.</summary>
    public Application With(string name, string text)
    {
        _files[name] = text;
        return this;
    }

    /// <summary>Words that differ from run to run (times, addresses), in what is printed and in files.</summary>
    public Application Differing([StringSyntax("Regex")] params string[] patterns)
    {
        _differing.AddRange(patterns.Select(pattern => new Regex(pattern)));
        return this;
    }

    /// <summary>Runs both, and asserts that they print the same, end the same, and leave the same files. Answers what they
    /// printed.</summary>
    public string Compare(params string[] arguments)
    {
        var (onDisk, product) = (RunOnDisk(arguments), RunProduct(arguments));
        Assert.Equal(onDisk.Error, product.Error);
        Assert.Equal(onDisk.Output, product.Output);
        Assert.Equal(onDisk.Files, product.Files);
        Assert.Equal(onDisk.ExitCode, product.ExitCode);
        return product.Output + product.Error;
    }

    public Outcome RunProduct(params string[] arguments) => Run([Product, .. arguments], new Dictionary<string, string>());

    public Outcome RunOnDisk(params string[] arguments) => Run(["/usr/bin/python3.11", "-S", "-c", _start, .. arguments], OnDisk);

    /// <summary>The files outside of the working folder, HOME and TMPDIR that the product or a child of it made or opened for
    /// writing.</summary>
    public IReadOnlyList<string> WrittenElsewhere(params string[] arguments)
    {
        Prepare();
        var trace = _workspace["trace"];
        string[] tracer =
        [
            "strace",
            "-f",
            "-qq",
            "-s",
            "4096",
            "-e",
            "trace=openat,open,creat,mkdir,mkdirat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,mknod,mknodat",
            "-o",
            trace,
        ];
        var result = Workspace.Run(Command([.. tracer, Product, .. arguments], new Dictionary<string, string>()), seconds: 300);
        Assert.True(result.ExitCode == 0, result.Error);
        return
        [
            .. File.ReadLines(trace)
                .Where(line => Writing().IsMatch(line) && !line.Contains(" = -1 ", StringComparison.Ordinal))
                .Select(line => Path.GetFullPath(Quoted().Match(line).Groups[1].Value, Folder))
                .Where(path =>
                    !path.StartsWith(_workspace["run"] + "/", StringComparison.Ordinal)
                    && !path.StartsWith("/dev/", StringComparison.Ordinal)
                )
                .Distinct(),
        ];
    }

    /// <summary>The command of the product, or of <c>python3</c>, with all that they see; for tests that speak with it.</summary>
    public Command CommandOf(bool isProduct, params string[] arguments)
    {
        Prepare();
        return isProduct
            ? Command([Product, .. arguments], new Dictionary<string, string>())
            : Command(["/usr/bin/python3.11", "-S", "-c", _start, .. arguments], OnDisk);
    }

    /// <summary>The files of the working folder, HOME and TMPDIR, each with the digest of its content.</summary>
    public IReadOnlyList<string> Files() =>
        [
            .. Directory
                .EnumerateFileSystemEntries(_workspace["run"], "*", SearchOption.AllDirectories)
                .Select(path => Plain(Path.GetRelativePath(_workspace["run"], path)) + " " + Digest(path))
                .Order(StringComparer.Ordinal),
        ];

    public void Dispose() => _workspace.Dispose();

    /// <summary>How a run ended, without what differs from run to run.</summary>
    public sealed record Outcome(int ExitCode, string Output, string Error, IReadOnlyList<string> Files);

    private Dictionary<string, string> OnDisk =>
        new()
        {
            ["PYTHONPATH"] = _site.Folder,
            ["PYTHONDONTWRITEBYTECODE"] = "1",
            ["LD_LIBRARY_PATH"] = string.Join(
                ':',
                new[] { "usr/lib", "lib" }
                    .Select(name => Path.Combine(_site.Root, name))
                    .Where(Directory.Exists)
                    .SelectMany(folder => Directory.EnumerateDirectories(folder, "*-linux-gnu"))
            ),
        };

    private string Installed(string[] distributions) =>
        $"""
            [[python_packages]]
            type = "installed"
            path = "{_site.Folder}"
            distributions = [{string.Join(", ", distributions.Select(name => $"\"{name}\""))}]

            """;

    private void Build(string rules)
    {
        _workspace.Write(
            "oxidizer.toml",
            $"""
            {Workspace.Distribution311}
            [build]
            application_name = "{_name}"
            [[python_packages]]
            type = "stdlib"
            {rules}
            """
        );
        Product = _workspace.Build().ProductPath;
    }

    private Outcome Run(string[] command, Dictionary<string, string> more)
    {
        Prepare();
        var result = Workspace.Run(Command(command, more), seconds: 300);
        return new Outcome(result.ExitCode, Plain(result.Output), Plain(result.Error), Files());
    }

    private Command Command(string[] command, Dictionary<string, string> more)
    {
        var environment = new Dictionary<string, string?>
        {
            ["HOME"] = _workspace["run/home"],
            ["TMPDIR"] = _workspace["run/tmp"],
            ["PATH"] = "/usr/bin:/bin",
            ["LANG"] = "C.UTF-8",
        };
        foreach (var (name, value) in Variables.Concat(more))
            environment[name] = value;
        const string Mounted = "mount -t overlay overlay -o \"lowerdir=$0:/usr/share\" /usr/share && exec \"$@\"";
        return new Command(
            NeedsShare ? "unshare" : command[0],
            NeedsShare ? ["--mount", "sh", "-c", Mounted, Path.Combine(_site.Root, "usr/share"), .. command] : command[1..]
        )
        {
            ClearEnvironment = true,
            WorkingDirectory = Folder,
            Environment = environment,
        };
    }

    private void Prepare()
    {
        if (Directory.Exists(_workspace["run"]))
            Directory.Delete(_workspace["run"], recursive: true);
        foreach (var folder in new[] { "work", "home", "tmp" })
            Directory.CreateDirectory(_workspace[$"run/{folder}"]);
        foreach (var (name, text) in _files)
        {
            _workspace.Write($"run/work/{name}", text);
            File.SetLastWriteTimeUtc(_workspace[$"run/work/{name}"], s_written);
        }
    }

    private string Digest(string path)
    {
        if (Directory.Exists(path))
            return "folder";
        var content = File.ReadAllBytes(path);
        // What an application keeps for itself has times in it.
        if (Path.GetRelativePath(_workspace["run"], path).Split('/') is ["home", ..] or ["work", ['.', ..], ..])
            return "file";
        return Convert.ToHexString(
            SHA256.HashData(System.Text.Encoding.Latin1.GetBytes(Plain(System.Text.Encoding.Latin1.GetString(content))))
        );
    }

    // Where packages lie differs, and what the test names.
    private string Plain(string text)
    {
        text = text.Replace(_site.Folder, "<site>", StringComparison.Ordinal)
            .Replace(_workspace["sources"], "<site>", StringComparison.Ordinal)
            .Replace("/usr/lib/python3.11", "<site>", StringComparison.Ordinal)
            .Replace(Product + "/", "<site>/", StringComparison.Ordinal);
        return _differing.Append(Address()).Aggregate(text, (plain, pattern) => pattern.Replace(plain, "<differs>"));
    }

    [GeneratedRegex(@"O_CREAT|O_WRONLY|O_RDWR|O_TMPFILE|\b(creat|mkdir|mkdirat|rename\w*|link\w*|symlink\w*|mknod\w*)\(")]
    private static partial Regex Writing();

    [GeneratedRegex("\"([^\"]*)\"")]
    private static partial Regex Quoted();

    [GeneratedRegex("0x[0-9a-f]{6,}")]
    private static partial Regex Address();
}
