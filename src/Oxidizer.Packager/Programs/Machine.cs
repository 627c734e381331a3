namespace Oxidizer.Packager.Programs;

/// <summary>The machine that builds, as far as it is looked at for programs and headers.</summary>
/// <param name="SearchPath">Folders of programs, separated by <c>:</c>.</param>
/// <param name="Root">The folder that system files are looked for in: <c>/</c>.</param>
/// <param name="IsRoot">Whether this process may install packages.</param>
internal sealed record Machine(string SearchPath, string Root, bool IsRoot)
{
    /// <summary>This one.</summary>
    public static Machine This() =>
        new(Environment.GetEnvironmentVariable("PATH") ?? "/usr/local/bin:/usr/bin:/bin", "/", Environment.IsPrivilegedProcess);

    /// <summary>Whether <c>apt-get</c> is there.</summary>
    public bool HasApt => Find("apt-get") is not null;

    /// <summary>Whether a missing package can be installed by this build.</summary>
    public bool CanInstall => IsRoot && HasApt;

    /// <summary>Where a program is; <c>null</c> if it is nowhere. No process is started for it.</summary>
    public string? Find(string program)
    {
        foreach (var folder in SearchPath.Split(':', StringSplitOptions.RemoveEmptyEntries))
            if (Path.Combine(folder, program) is var path && File.Exists(path))
                return path;
        return null;
    }

    /// <summary>Where a program is: the path itself when it has a slash, else the first on this machine's PATH; <c>null</c> if there is
    /// none.</summary>
    public static string? FindProgram(string name)
    {
        if (name.Contains('/'))
            return File.Exists(name) ? Path.GetFullPath(name) : null;
        return This().Find(name);
    }

    /// <summary>Whether a system file is there.</summary>
    /// <param name="path">Relative to <see cref="Root"/>.</param>
    public bool Has(string path) => File.Exists(Path.Combine(Root, path));
}

/// <summary>Something that a build needs of the machine: one of some programs, or a file.</summary>
/// <param name="Words">What it is, in a message.</param>
/// <param name="Package">The Debian package that brings it.</param>
/// <param name="Programs">Any one of them will do.</param>
internal sealed record Requirement(string Words, string Package, params string[] Programs)
{
    /// <summary>Files, any one of which must be there instead, relative to the machine's root.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>Looks for it.</summary>
    public bool IsMet(Machine machine) =>
        Files.Count > 0 ? Files.Any(machine.Has) : Array.Exists(Programs, program => machine.Find(program) is not null);
}
