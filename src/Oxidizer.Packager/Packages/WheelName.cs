using Oxidizer.Packager.Context;

namespace Oxidizer.Packager.Packages;

/// <summary>A wheel's file name, as the binary distribution format has it. Each tag may be a set with dots.</summary>
/// <param name="Distribution">The package distribution's name.</param>
/// <param name="Version">Its version.</param>
/// <param name="Python">Such as <c>cp311</c> or <c>py2.py3</c>.</param>
/// <param name="Abi">Such as <c>cp311</c>, <c>abi3</c> or <c>none</c>.</param>
/// <param name="Platform">Such as <c>manylinux_2_17_x86_64.manylinux2014_x86_64</c> or <c>any</c>.</param>
internal sealed record WheelName(string Distribution, string Version, string Python, string Abi, string Platform)
{
    /// <summary>The tags as written.</summary>
    public string Tags => $"`{Python}-{Abi}-{Platform}`";

    /// <summary>Reads a file name; <c>null</c> when it is no wheel's.</summary>
    public static WheelName? TryParse(string file)
    {
        if (!file.EndsWith(".whl", StringComparison.Ordinal))
            return null;
        var parts = file[..^".whl".Length].Split('-');
        // A build number may stand after the version.
        return parts.Length is 5 or 6 && parts.All(part => part.Length > 0) && (parts.Length == 5 || char.IsAsciiDigit(parts[2][0]))
            ? new WheelName(parts[0], parts[1], parts[^3], parts[^2], parts[^1])
            : null;
    }

    /// <summary>Whether an installer would take it for a CPython on a target.</summary>
    /// <param name="majorMinor">Such as <c>3.11</c>.</param>
    /// <param name="target">What the product runs on.</param>
    public bool Fits(string majorMinor, TargetTriple target) =>
        Python.Split('.').Any(python => Abi.Split('.').Any(abi => FitsPython(python, abi, majorMinor)))
        && Platform.Split('.').Any(platform => FitsPlatform(platform, target));

    private static bool FitsPython(string python, string abi, string majorMinor)
    {
        var dot = majorMinor.IndexOf('.');
        var (major, minor) = (majorMinor[..dot], int.Parse(majorMinor[(dot + 1)..], System.Globalization.CultureInfo.InvariantCulture));
        var own = $"cp{major}{minor}";
        if (abi == own)
            return python == own;
        if (python == $"py{major}" || python == own)
            return abi is "none" || (abi == "abi3" && python == own);
        // Older ones: the stable ABI and pure packages promise to work with what comes later.
        var isOlder =
            python.Length > 3
            && python[2..].StartsWith(major, StringComparison.Ordinal)
            && int.TryParse(python.AsSpan(3), out var wanted)
            && wanted <= minor;
        return isOlder
            && (
                (python.StartsWith("cp", StringComparison.Ordinal) && abi == "abi3")
                || (python.StartsWith("py", StringComparison.Ordinal) && abi == "none")
            );
    }

    private static bool FitsPlatform(string platform, TargetTriple target)
    {
        if (platform == "any")
            return true;
        if (!platform.EndsWith("_" + target.Architecture, StringComparison.Ordinal))
            return false;
        var system = platform[..^(target.Architecture.Length + 1)];
        var isMusl = target.Value.Contains("musl", StringComparison.Ordinal);
        return system == "linux" || system.StartsWith(isMusl ? "musllinux_" : "manylinux", StringComparison.Ordinal);
    }
}
