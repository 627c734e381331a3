using Oxidizer.Packager.Processes;
using Oxidizer.Packager.Reporting;

namespace Oxidizer.EndToEnd.Tests;

/// <summary>One product with numpy and lxml as Debian built them; the tests only read it.</summary>
public sealed class NumpyAndLxmlProduct : IDisposable
{
    private readonly DebianPackages _packages = DebianPackages.Fetch("python3-numpy", "python3-lxml");

    public NumpyAndLxmlProduct()
    {
        Workspace.WriteApplication(
            """
            import importlib.metadata, numpy, sys
            from lxml import etree
            solution = numpy.linalg.solve(numpy.array([[3.0, 1.0], [1.0, 2.0]]), numpy.array([9.0, 8.0]))
            spectrum = numpy.abs(numpy.fft.fft(numpy.ones(8)))
            drawn = numpy.random.default_rng(7).integers(0, 10, 100)
            print(solution.tolist(), spectrum[0], 0 <= drawn.min() <= drawn.max() < 10)
            style = etree.XSLT(etree.XML('<x:stylesheet xmlns:x="http://www.w3.org/1999/XSL/Transform" version="1.0">'
                '<x:output method="text"/><x:template match="/"><x:value-of select="sum(//n)"/></x:template></x:stylesheet>'))
            print(str(style(etree.XML('<a><n>40</n><n>2</n></a>'))).strip())
            try:
                etree.fromstring('<a><b></a>')
            except etree.XMLSyntaxError as error:
                print(error.lineno)
            print(importlib.metadata.version('numpy'), importlib.metadata.version('lxml'))
            """,
            more: $"""
            [[python_packages]]
            type = "package-root"
            path = "{_packages.Site}"
            packages = ["numpy", "lxml"]
            """
        );
        Result = Workspace.Build();
        Versions = string.Join(
            ' ',
            new[] { "numpy", "lxml" }.Select(name =>
                Directory
                    .EnumerateFileSystemEntries(_packages.Site, name + "-*.egg-info")
                    .Select(path => Path.GetFileNameWithoutExtension(path).Split('-')[1])
                    .Single()
            )
        );
    }

    public Workspace Workspace { get; } = new();

    public BuildResult Result { get; }

    public string Versions { get; }

    public void Dispose()
    {
        Workspace.Dispose();
        _packages.Dispose();
    }
}

/// <summary>Packages with native code, prebuilt, in one file.</summary>
public sealed class NumpyAndLxmlTests(NumpyAndLxmlProduct product) : IClassFixture<NumpyAndLxmlProduct>
{
    private string Expected => $"[2.0, 3.0] 8.0 True\n42\n1\n{product.Versions}\n";

    [Fact]
    public void Numpy_and_lxml_work_and_know_their_versions()
    {
        var result = product.Workspace.Run(product.Result.ProductPath);
        Assert.Equal((Expected, "", 0), (result.Output, result.Error, result.ExitCode));
    }

    [Fact]
    public void Nothing_but_libc_is_opened_from_the_disk()
    {
        var trace = product.Workspace["trace"];
        var folder = product.Workspace.EmptyFolder();
        var result = Workspace.Run(
            new Command("strace", ["-f", "-e", "trace=%file", "-o", trace, product.Result.ProductPath]) { WorkingDirectory = folder }
        );
        Assert.Equal(Expected, result.Output);
        var opened = File.ReadAllLines(trace)
            .Where(line => line.Contains("open", StringComparison.Ordinal) && !line.Contains(" = -1 ", StringComparison.Ordinal))
            .Select(line => line.Split('"')[1])
            .Distinct()
            .ToList();
        Assert.Contains(opened, path => path.StartsWith("/proc/self/fd/", StringComparison.Ordinal));
        // The random numbers' seed comes through hashlib: the OpenSSL that is linked in reads the machine's configuration, as that of any
        // python does.
        opened.Remove("/usr/lib/ssl/openssl.cnf");
        string[] libc =
        [
            "libc.so.6",
            "libm.so.6",
            "libpthread.so.0",
            "libdl.so.2",
            "librt.so.1",
            "ld.so.cache",
            "gconv-modules.cache",
            "localtime",
        ];
        string[] kernelAndLocales = ["/proc/", "/sys/", "/dev/", "/usr/share/locale/", "/usr/lib/locale/"];
        Assert.DoesNotContain(
            opened,
            path =>
                !libc.Contains(Path.GetFileName(path)) && !kernelAndLocales.Any(folder => path.StartsWith(folder, StringComparison.Ordinal))
        );
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
    }

    [Fact]
    public void The_result_counts_the_libraries_and_names_nobody_who_uses_file_names_which_can_be_opened()
    {
        Assert.InRange(product.Result.Resources.SharedLibraries, 9, 30);
        Assert.Empty(product.Result.FileUsers);
        Assert.Contains("\"file_users\"", File.ReadAllText(product.Result.ResultPath));
        Assert.Empty(product.Result.OwnWarnings());
    }

    [Fact]
    public void An_unchanged_build_reads_no_library_again()
    {
        var again = product.Workspace.Build();
        Assert.Empty(again.Executed);
        Assert.Equal(0, again.ProcessesStarted);
        Assert.Equal(product.Result.Digest, again.Digest);
    }
}
