using Oxidizer.Packager.Distributions;

namespace Oxidizer.Packager.Requirements;

/// <summary>What environment markers ask for, as it is in a product.</summary>
internal sealed class MarkerEnvironment
{
    private readonly Dictionary<string, string> _values;

    private MarkerEnvironment(Dictionary<string, string> values) => _values = values;

    /// <summary>That of a CPython on a target. The kernel that a product will run on is not known: its release and version are
    /// empty.</summary>
    public static MarkerEnvironment Of(Distribution distribution)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["os_name"] = "posix",
            ["sys_platform"] = "linux",
            ["platform_machine"] = distribution.Target.Architecture,
            ["platform_python_implementation"] = "CPython",
            ["platform_release"] = "",
            ["platform_system"] = "Linux",
            ["platform_version"] = "",
            ["python_version"] = distribution.MajorMinor,
            ["python_full_version"] = distribution.Version,
            ["implementation_name"] = "cpython",
            ["implementation_version"] = distribution.Version,
        };
        // setuptools' first names, which are in files still.
        foreach (
            var (old, name) in new[]
            {
                ("os.name", "os_name"),
                ("sys.platform", "sys_platform"),
                ("platform.version", "platform_version"),
                ("platform.machine", "platform_machine"),
                ("platform.python_implementation", "platform_python_implementation"),
                ("python_implementation", "platform_python_implementation"),
            }
        )
            values[old] = values[name];
        return new MarkerEnvironment(values);
    }

    /// <summary>Whether markers know the variable; <c>extra</c> is one.</summary>
    public static bool Knows(string name) => name == Marker.Extra || s_names.Value.Contains(name);

    /// <summary>The value of a variable that is known, but <c>extra</c>.</summary>
    public string this[string name] => _values[name];

    private static readonly Lazy<HashSet<string>> s_names = new(() =>
        [
            "os_name",
            "sys_platform",
            "platform_machine",
            "platform_python_implementation",
            "platform_release",
            "platform_system",
            "platform_version",
            "python_version",
            "python_full_version",
            "implementation_name",
            "implementation_version",
            "os.name",
            "sys.platform",
            "platform.version",
            "platform.machine",
            "platform.python_implementation",
            "python_implementation",
        ]
    );
}
