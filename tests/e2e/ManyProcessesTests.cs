using System.Globalization;

namespace Oxidizer.EndToEnd.Tests;

/// <summary>Builds in processes of their own: killed at any moment, two at once, traced.</summary>
[Collection("private cache")]
public sealed class ManyProcessesTests(PrivateCache cache)
{
    // Rounds of killed builds; OXIDIZER_KILL_ROUNDS asks for more.
    private static int Rounds =>
        int.TryParse(
            Environment.GetEnvironmentVariable("OXIDIZER_KILL_ROUNDS"),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var rounds
        )
            ? rounds
            : 20;

    [Fact]
    public void A_build_that_is_killed_leaves_the_old_product_or_the_new_one_and_the_next_is_right()
    {
        var random = new Random(5);
        using var workspace = cache.NewWorkspace();
        var product = workspace.Build().ProductPath;
        // A killed build may have installed its product, too.
        var possible = new HashSet<string> { workspace.Run(product).Output };
        for (var round = 0; round < Rounds; round++)
        {
            var text = Guid.NewGuid().ToString();
            workspace.Write("app/words.py", $"TEXT = '{text}'\n");
            using (var build = BuildProcess.Start(workspace))
            {
                Thread.Sleep(random.Next(100, 1200));
                build.Kill();
            }
            possible.Add(text + "\n");
            Assert.Contains(workspace.Run(product).Output, possible);
            if (round % 4 != 3)
                continue;
            var result = workspace.Build();
            Assert.Empty(result.OwnWarnings());
            Assert.Equal(text + "\n", workspace.Run(product).Output);
            possible = [text + "\n"];
            Assert.Empty(workspace.Build().Executed);
        }
    }

    [Fact]
    public void First_builds_that_are_killed_leave_a_cache_that_works()
    {
        var random = new Random(6);
        using var empty = new PrivateCache();
        using var workspace = empty.NewWorkspace();
        for (var round = 0; round < Math.Max(3, Rounds / 6); round++)
        {
            using var build = BuildProcess.Start(workspace);
            Thread.Sleep(random.Next(300, 4000));
            build.Kill();
        }
        var result = workspace.Build();
        Assert.Empty(result.OwnWarnings());
        Assert.StartsWith("first", workspace.Run(result.ProductPath).Output);
        Assert.Empty(workspace.Build().Executed);
        Assert.DoesNotContain(
            Directory.GetFileSystemEntries(Path.Combine(empty.Folder, "trees")),
            path => Path.GetFileName(path).StartsWith("tmp-", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Two_builds_at_once_on_an_empty_cache_build_nothing_twice()
    {
        using var empty = new PrivateCache();
        BuildTwice(empty);
    }

    [Fact]
    public void Two_builds_at_once_on_a_filled_cache_build_nothing_twice()
    {
        using (var workspace = cache.NewWorkspace())
            workspace.Build();
        BuildTwice(cache);
    }

    [Fact]
    public void An_unchanged_build_starts_no_program_and_reads_no_source()
    {
        using var workspace = cache.NewWorkspace();
        for (var index = 0; index < 200; index++)
            workspace.Write($"app/m{index}.py", $"X = {index}\n");
        // A file that is read within the clock's resolution after it was written is not remembered, and is read again.
        Thread.Sleep(TimeSpan.FromMilliseconds(100));
        workspace.Build();
        var trace = workspace["trace"];
        using var build = BuildProcess.StartTraced(workspace, "strace", "-f", "-e", "trace=execve,open,openat", "-o", trace);
        Assert.DoesNotContain(build.Lines, line => line.StartsWith("executed", StringComparison.Ordinal));
        var calls = File.ReadAllLines(trace).Where(line => !line.Contains("ENOENT", StringComparison.Ordinal)).ToList();
        Assert.Single(calls, line => line.Contains("execve(", StringComparison.Ordinal));
        Assert.DoesNotContain(
            calls,
            line =>
                line.Contains(".py\"", StringComparison.Ordinal)
                || line.Contains(".h\"", StringComparison.Ordinal)
                || line.Contains(".o\"", StringComparison.Ordinal)
        );
        // Of the tree its own folder and its description; neither the product nor a large blob.
        Assert.DoesNotContain(
            calls,
            line => line.Contains("/out/", StringComparison.Ordinal) && line.Contains("/app\"", StringComparison.Ordinal)
        );
        Assert.DoesNotContain(
            calls,
            line =>
                line.Contains(cache.Folder + "/blobs/", StringComparison.Ordinal)
                && line.Contains("O_RDONLY", StringComparison.Ordinal)
                && new FileInfo(line.Split('"')[1]) is { Exists: true, Length: > 1 << 20 }
        );
    }

    // "Nothing twice": but for the products, which each has for itself.
    private static void BuildTwice(PrivateCache cache)
    {
        using var workspace = cache.NewWorkspace();
        var outputs = new[] { workspace["one"], workspace["two"] };
        var builds = outputs.Select(output => BuildProcess.Start(workspace, output)).ToList();
        var lines = builds.SelectMany(build => build.Lines).ToList();
        builds.ForEach(build => build.Dispose());
        var executed = lines
            .Where(line =>
                line.StartsWith("executed", StringComparison.Ordinal) && !line.StartsWith("executed install", StringComparison.Ordinal)
            )
            .ToList();
        Assert.Contains(executed, line => line.StartsWith("executed compile_bytecode app/words.py", StringComparison.Ordinal));
        Assert.Empty(
            executed.GroupBy(line => line).Where(group => group.Count() > 1).Select(group => $"{group.Key} {group.Count()} times")
        );
        Assert.DoesNotContain(lines, line => line.StartsWith("warning", StringComparison.Ordinal));
        var products = lines
            .Where(line => line.StartsWith("built ", StringComparison.Ordinal))
            .Select(line => line["built ".Length..])
            .ToList();
        Assert.Equal(2, products.Count);
        Assert.All(products, product => Assert.StartsWith("first", workspace.Run(product).Output));
        Assert.Equal(Cache.Sha256Digest.OfFile(products[0]), Cache.Sha256Digest.OfFile(products[1]));
    }
}
