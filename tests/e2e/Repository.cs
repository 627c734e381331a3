namespace Oxidizer.EndToEnd.Tests;

/// <summary>Where this repository is: tests compare its documents with its code.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    private static string FindRoot()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
            if (File.Exists(Path.Combine(folder, "Oxidizer.sln")))
                return folder;
        throw new InvalidOperationException($"no Oxidizer.sln above {AppContext.BaseDirectory}");
    }
}
