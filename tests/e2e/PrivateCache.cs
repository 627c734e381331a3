using Oxidizer.Packager.Reporting;

namespace Oxidizer.EndToEnd.Tests;

/// <summary>
/// A cache that begins empty and serves the tests of a collection: what ran before on this machine changes no counter. The distribution
/// comes from an archive, so
/// that no test builds a CPython.
/// </summary>
public sealed class PrivateCache : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("oxidizer-e2e-cache-").FullName;

    /// <summary>A configuration's <c>[python_distribution]</c>.</summary>
    public static string Distribution => $"[python_distribution]\nlocal_path = \"{DistributionArchive.Path311}\"\n";

    /// <summary>A program of two modules, one of which no other test has.</summary>
    public Workspace NewWorkspace(string run = "mode = \"module\"\nmodule = \"app\"", string more = "", string? folder = null) =>
        new Workspace { CacheDirectory = folder ?? Folder }
            .WriteApplication("from app import words\nprint(words.TEXT)\n", run, more, Distribution)
            .Write("app/words.py", $"TEXT = 'first {Guid.NewGuid()}'\n");

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}

/// <summary>The tests that share one private cache, one after the other.</summary>
[CollectionDefinition("private cache")]
public sealed class PrivateCacheCollection : ICollectionFixture<PrivateCache>;

/// <summary>What a build did, in numbers.</summary>
internal static class Executed
{
    /// <summary>The actions that ran, by kind, such as <c>compile_bytecode 1, pack 1, link 1, install 1</c>.</summary>
    public static string In(BuildResult result) =>
        string.Join(
            ", ",
            Packager
                .Context.ActionKinds.All.Select(kind => (Kind: kind, Count: result.Executed.Count(action => action.Kind == kind)))
                .Where(kind => kind.Count > 0)
                .Select(kind => $"{kind.Kind} {kind.Count}")
        );
}
