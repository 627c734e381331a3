using Oxidizer.Packager.Processes;
using Oxidizer.Packager.Reporting;

namespace Oxidizer.EndToEnd.Tests;

/// <summary>One product, looked at from all sides: built once, because the tests only read it.</summary>
public sealed class HelloProduct : IDisposable
{
    public HelloProduct()
    {
        Workspace.WriteApplication(
            """
            import sys
            print("Hello,", sys.argv[1] if len(sys.argv) > 1 else "world")
            """
        );
        Result = Workspace.Build();
    }

    public Workspace Workspace { get; } = new();

    public BuildResult Result { get; }

    public void Dispose() => Workspace.Dispose();
}

public sealed class HelloTests(HelloProduct hello) : IClassFixture<HelloProduct>
{
    private string Product => hello.Result.ProductPath;

    [Fact]
    public void A_product_runs_in_an_empty_folder_with_an_empty_environment()
    {
        var result = hello.Workspace.Run(Product, "you");
        Assert.Equal(("Hello, you\n", "", 0), (result.Output, result.Error, result.ExitCode));
    }

    [Fact]
    public void A_product_needs_only_libc_libm_and_the_loader()
    {
        var libraries = Workspace
            .Run(new Command("ldd", [Product]))
            .Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => Path.GetFileName(line.Trim().Split(' ')[0]))
            .Where(name => !name.StartsWith("linux-vdso", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);
        Assert.All(
            libraries,
            name => Assert.Contains(name, new[] { "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1", "libc.so.6", "libm.so.6" })
        );
    }

    [Fact]
    public void A_product_opens_no_python_file_and_writes_none()
    {
        var trace = hello.Workspace["trace"];
        var folder = hello.Workspace.EmptyFolder();
        var result = Workspace.Run(
            new Command("strace", ["-f", "-e", "trace=%file,write", "-o", trace, Product]) { WorkingDirectory = folder }
        );
        Assert.Equal("Hello, world\n", result.Output);

        var lines = File.ReadAllLines(trace);
        var opened = lines
            .Where(line => line.Contains("open", StringComparison.Ordinal) && !line.Contains("ENOENT", StringComparison.Ordinal))
            .ToList();
        Assert.NotEmpty(opened);
        Assert.DoesNotContain(
            opened,
            line => line.Contains(".py", StringComparison.Ordinal) || line.Contains(".zip", StringComparison.Ordinal)
        );
        Assert.DoesNotContain(
            opened,
            line =>
                line.Contains(".so", StringComparison.Ordinal)
                && !line.Contains("ld.so.cache", StringComparison.Ordinal)
                && !line.Contains("/libc.so.6", StringComparison.Ordinal)
                && !line.Contains("/libm.so.6", StringComparison.Ordinal)
        );
        Assert.DoesNotContain(
            opened,
            line =>
                line.Contains("O_WRONLY", StringComparison.Ordinal)
                || line.Contains("O_RDWR", StringComparison.Ordinal)
                || line.Contains("O_CREAT", StringComparison.Ordinal)
        );
        Assert.DoesNotContain(
            lines,
            line =>
                line.Contains(" mkdir", StringComparison.Ordinal)
                || line.Contains(" unlink", StringComparison.Ordinal)
                || line.Contains(" rename", StringComparison.Ordinal)
        );
        Assert.Single(lines, line => line.Contains(" write(", StringComparison.Ordinal));
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
    }

    [Fact]
    public void A_product_runs_in_a_chroot_that_holds_only_libc()
    {
        Assert.Equal("root", Environment.UserName);
        var root = hello.Workspace.EmptyFolder();
        foreach (
            var library in Workspace.Run(new Command("ldd", [Product])).Output.Split([' ', '\t', '\n']).Where(word => word.StartsWith('/'))
        )
        {
            Directory.CreateDirectory(Path.GetDirectoryName(root + library)!);
            File.Copy(library, root + library);
        }
        File.Copy(Product, Path.Combine(root, "hello"));
        var result = Workspace.Run(new Command("chroot", [root, "/hello", "jail"]));
        Assert.Equal(("Hello, jail\n", 0), (result.Output, result.ExitCode));
    }

    [Fact]
    public void A_product_is_a_hardened_and_stripped_executable()
    {
        var headers = Workspace.Run(new Command("readelf", ["-hldW", Product])).Output;
        Assert.Contains("DYN (Position-Independent Executable file)", headers);
        Assert.Contains("GNU_RELRO", headers);
        Assert.Contains("BIND_NOW", headers);
        Assert.Matches(@"GNU_STACK\s+\S+ \S+ \S+ \S+ \S+ RW ", headers);
        Assert.DoesNotContain(".symtab", Workspace.Run(new Command("readelf", ["-SW", Product])).Output);
    }

    [Fact]
    public void The_environment_and_the_working_directory_do_not_reach_into_a_product()
    {
        var folder = hello.Workspace.EmptyFolder();
        File.WriteAllText(Path.Combine(folder, "json.py"), "print('intruder')");
        File.WriteAllText(Path.Combine(folder, "sitecustomize.py"), "print('intruder')");
        var result = Workspace.Run(
            new Command(Product, [])
            {
                WorkingDirectory = folder,
                Environment = new Dictionary<string, string?>
                {
                    ["PYTHONPATH"] = folder,
                    ["PYTHONHOME"] = folder,
                    ["PYTHONINSPECT"] = "1",
                    ["PYTHONVERBOSE"] = "1",
                },
            }
        );
        Assert.Equal(("Hello, world\n", "", 0), (result.Output, result.Error, result.ExitCode));
    }

    [Fact]
    public void The_result_says_what_the_product_is()
    {
        var json = System.Text.Json.JsonDocument.Parse(File.ReadAllBytes(hello.Result.ResultPath)).RootElement;
        Assert.Equal(1, json.GetProperty("schema").GetInt32());
        Assert.Equal("app", json.GetProperty("product").GetProperty("path").GetString());
        Assert.Equal(new FileInfo(Product).Length, json.GetProperty("product").GetProperty("size").GetInt64());
        Assert.Equal(Cache.Sha256Digest.OfFile(Product).ToString(), json.GetProperty("product").GetProperty("sha256").GetString());
        Assert.Equal(
            Packager.Context.ActionKinds.All.Order(),
            json.GetProperty("actions").EnumerateObject().Select(kind => kind.Name).Order()
        );
        Assert.True(json.GetProperty("resources").GetProperty("modules").GetInt32() > 500);
    }
}
