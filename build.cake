// Builds the examples through the addin's own aliases: we are our first user. `./build.sh --target=Help` lists the targets.
#r "artifacts/addin/Cake.Oxidizer.dll"

using System.Xml.Linq;

var target = Argument("target", "Examples");
var examples = Directory("artifacts/examples");
var testResults = Directory("artifacts/tests");
var testProjects = new[]
{
    "tests/Oxidizer.Cache.Tests/Oxidizer.Cache.Tests.csproj",
    "tests/Oxidizer.Packager.Tests/Oxidizer.Packager.Tests.csproj",
    "tests/Cake.Oxidizer.Tests/Cake.Oxidizer.Tests.csproj",
    "tests/e2e/Oxidizer.EndToEnd.Tests.csproj",
};

Task("Help")
    .Description("Lists the targets")
    .Does(() =>
{
    foreach (var task in Tasks)
        Information("{0,-13} {1}", task.Name, task.Description);
});

Task("Examples")
    .Description("Builds examples/hello into artifacts/examples/<triple>/hello, and runs it (the default)")
    .Does(() =>
{
    var hello = OxidizerBuild("examples/hello/oxidizer.toml", new OxidizerBuildSettings().WithOutputDirectory(examples));
    OxidizerRun(hello);
});

Task("Script")
    .Description("Builds one Python file without a configuration, and runs it")
    .Does(() =>
{
    var script = OxidizerBuild("examples/script/hello.py", new OxidizerBuildSettings().WithOutputDirectory(examples).WithApplicationName("hello-script"));
    OxidizerRun(script, "from", "Cake");
});

Task("Embed")
    .Description("Builds examples/embed-c as a shared and as a static library, compiles its host with each, and runs it")
    .Does(() =>
{
    foreach (var configuration in new[] { "oxidizer.toml", "static.toml" })
    {
        var library = OxidizerBuild($"examples/embed-c/{configuration}", new OxidizerBuildSettings().WithOutputDirectory(examples));
        var folder = System.IO.Path.GetDirectoryName(library.ProductPath);
        var host = $"{folder}/host-{library.Name}";
        var build = $"cc -O2 examples/embed-c/main.c -o {host} $(PKG_CONFIG_PATH={folder} pkg-config --cflags --libs {library.Name}) -Wl,-rpath,{folder}";
        foreach (var command in new[] { build, $"{host} Cake" })
            if (StartProcess("sh", new ProcessSettings().WithArguments(arguments => arguments.Append("-c").AppendQuoted(command))) != 0)
                throw new CakeException($"`{command}` failed; see its output above");
    }
});

Task("Prerequisites")
    .Description("Installs the programs that the tests need (as root with apt), or prints the command that does")
    .Does(() =>
{
    EnsurePrograms(("strace", "strace"), ("readelf", "binutils"), ("ldd", "libc-bin"), ("gcc", "gcc"), ("mold", "mold"), ("ld.lld", "lld"), ("xz", "xz-utils"), ("python3", "python3-venv"),
        ("pgrep", "procps"), ("openssl", "openssl"), ("unshare", "util-linux"), ("script", "bsdutils"), ("mount", "mount"), ("pkg-config", "pkg-config"), ("cmake", "cmake"), ("make", "make"), ("clang", "clang"), ("clang-format", "clang-format"), ("valgrind", "valgrind"), ("dpkg-deb", "dpkg"), ("update-ca-certificates", "ca-certificates"));
});

Task("Test")
    .Description("Runs all tests; artifacts/tests/summary.txt has the counts. --filter=<expression> selects tests")
    .IsDependentOn("Prerequisites")
    .Does(() =>
{
    CleanDirectory(testResults);
    var failed = new List<string>();
    foreach (var project in testProjects)
    {
        var name = System.IO.Path.GetFileNameWithoutExtension(project);
        try
        {
            DotNetTest(project, new DotNetTestSettings
            {
                Configuration = "Release",
                Filter = Argument<string>("filter", null),
                ResultsDirectory = testResults,
                Loggers = { $"trx;LogFileName={name}.trx", "console;verbosity=minimal" },
                NoLogo = true,
            });
        }
        catch (CakeException exception)
        {
            // The other projects still run, so that one run shows all failures.
            failed.Add($"{name}: {exception.Message}");
        }
    }
    Summarize(failed);
});

Task("Applications")
    .Description("Packages real applications of Debian's by a rule or two each, and compares what they do with python3; not part of Test. --filter=<expression>")
    .IsDependentOn("Prerequisites")
    .Does(() => DotNetTest("tests/applications/Oxidizer.Applications.Tests.csproj", new DotNetTestSettings
    {
        Configuration = "Release",
        Filter = Argument<string>("filter", null),
        Loggers = { "console;verbosity=normal" },
        NoLogo = true,
    }));

Task("Format")
    .Description("Formats all sources: CSharpier for C#, clang-format for C (docs/architecture.md)")
    .IsDependentOn("Prerequisites")
    .Does(() =>
{
    // The table of settings is written by a test.
    var sources = GetFiles("{src,tests,benchmarks,compatibility}/**/*.{c,h}")
        .Where(file => file.GetFilename().FullPath != "settings_table.h" && !file.FullPath.Contains("/obj/") && !file.FullPath.Contains("/bin/"));
    foreach (var (program, arguments) in new[]
    {
        ("dotnet", "tool restore"),
        ("dotnet", "csharpier format src tests benchmarks compatibility"),
        ("clang-format", "-i " + string.Join(' ', sources.Select(file => $"\"{file.FullPath}\""))),
    })
        if (StartProcess(program, new ProcessSettings { Arguments = arguments }) != 0)
            throw new CakeException($"`{program}` failed; its words are above");
});

Task("Benchmark")
    .Description("Measures start-up and builds into artifacts/benchmarks/*.json. --suite=startup,files,build,cache,size selects suites")
    .Does(() =>
{
    var suites = Argument("suite", "startup,build").Split(',');
    DotNetRun("benchmarks/Oxidizer.Benchmarks.csproj", new ProcessArgumentBuilder().Append(string.Join(' ', suites)),
        new DotNetRunSettings { Configuration = "Release" });
});

Task("Compatibility")
    .Description("Runs CPython's own tests in a product and in the plain interpreter into artifacts/compatibility/<version>.json. --python=3.11, --archive=<a ready distribution>, --limit=<seconds>, --jobs=<files at a time>, --resume=true, --extensions=false")
    .Does(() =>
{
    var arguments = new ProcessArgumentBuilder().Append("--limit").Append(Argument("limit", "300"));
    if (HasArgument("archive"))
        arguments.Append("--archive").AppendQuoted(MakeAbsolute(FilePath.FromString(Argument<string>("archive"))).FullPath);
    else
        arguments.Append("--source").AppendQuoted($"apt:python{Argument("python", "3.11")}");
    if (HasArgument("jobs"))
        arguments.Append("--jobs").Append(Argument<string>("jobs"));
    if (Argument("resume", false))
        arguments.Append("--resume");
    if (Argument("extensions", true))
        arguments.Append("--extensions");
    DotNetRun("compatibility/Oxidizer.Compatibility.csproj", arguments, new DotNetRunSettings { Configuration = "Release" });
});

Task("Package")
    .Description("Makes the NuGet package of the addin in artifacts/packages")
    .Does(() => DotNetPack("src/Cake.Oxidizer/Cake.Oxidizer.csproj", new DotNetPackSettings { Configuration = "Release", OutputDirectory = "artifacts/packages", NoLogo = true }));

Task("Clean")
    .Description("Removes artifacts; the user's cache stays")
    .Does(() => CleanDirectories(new[] { examples.Path.FullPath, testResults.Path.FullPath, "artifacts/benchmarks", "artifacts/packages" }));

RunTarget(target);

void EnsurePrograms(params (string Program, string Package)[] wanted)
{
    var missing = wanted.Where(entry => Context.Tools.Resolve(entry.Program) is null).Select(entry => entry.Package).Distinct().ToList();
    if (missing.Count == 0)
        return;
    var command = $"apt-get install --yes --no-install-recommends {string.Join(' ', missing)}";
    if (Environment.UserName != "root" || Context.Tools.Resolve("apt-get") is null)
        throw new CakeException($"the tests need programs that are missing; run: sudo apt-get update && sudo {command}");
    Information("Installing {0}", string.Join(", ", missing));
    var quiet = new Dictionary<string, string> { ["DEBIAN_FRONTEND"] = "noninteractive" };
    StartProcess("apt-get", new ProcessSettings { Arguments = "update --quiet", EnvironmentVariables = quiet });
    if (StartProcess("apt-get", new ProcessSettings { Arguments = command["apt-get ".Length..], EnvironmentVariables = quiet }) != 0)
        throw new CakeException($"`{command}` failed; see its output above");
}

void Summarize(IReadOnlyList<string> failedProjects)
{
    int passed = 0, failed = 0, skipped = 0;
    foreach (var file in GetFiles($"{testResults}/*.trx"))
    {
        var counters = XDocument.Load(file.FullPath).Descendants().Single(element => element.Name.LocalName == "Counters");
        passed += (int)counters.Attribute("passed");
        failed += (int)counters.Attribute("failed");
        // A skipped test counts in `total` only.
        skipped += (int)counters.Attribute("total") - (int)counters.Attribute("executed");
    }
    // A project that did not build, or that crashed, leaves no file or no failed test; it must not look like success.
    if (failed < failedProjects.Count)
        failed = failedProjects.Count;
    var summary = $"{passed} passed, {failed} failed" + (skipped > 0 ? $", {skipped} skipped" : "");
    System.IO.File.WriteAllText($"{testResults}/summary.txt", summary + "\n");
    Information(summary);
    if (failed > 0)
        throw new CakeException($"{summary}\n{string.Join('\n', failedProjects)}");
}
