using System.Collections;

namespace Oxidizer.Packager.Processes;

/// <summary>
/// The variables of the parent's environment that a program sees; it sees no others. <c>LD_RUN_PATH</c>, <c>CPATH</c>, <c>LIBRARY_PATH</c>,
/// <c>COMPILER_PATH</c>, <c>LD_PRELOAD</c>, <c>PYTHONPATH</c>, <c>MAKEFLAGS</c> and their like change what programs make, no key holds
/// them, and the cache would serve it to the next build. What is here changes no output, or is in the keys (<see cref="Fields"/>). A
/// program that needs more is named by a script that sets it.
/// </summary>
/// <param name="Names">Variables by their names.</param>
/// <param name="Prefixes">Variables by the beginnings of their names.</param>
internal sealed record ChosenEnvironment(IReadOnlyList<string> Names, IReadOnlyList<string> Prefixes)
{
    // What every program needs to work. Which program PATH finds is in the keys by its digest; HOME and TMPDIR are places.
    private static readonly string[] s_tools = ["PATH", "HOME", "TMPDIR"];

    /// <summary>For compilers, linkers, archivers, interpreters, <c>make</c>.</summary>
    public static ChosenEnvironment Tools { get; } = new(s_tools, []);

    private static readonly string[] s_proxies =
    [
        "http_proxy",
        "https_proxy",
        "ftp_proxy",
        "all_proxy",
        "no_proxy",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "FTP_PROXY",
        "ALL_PROXY",
        "NO_PROXY",
    ];

    /// <summary>For pip: what leads it through a proxy, and which certificates it trusts. Its own settings come from the
    /// configuration.</summary>
    public static ChosenEnvironment Pip { get; } =
        new([.. s_tools, .. s_proxies, "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"], []);

    /// <summary>For apt: what leads it through a proxy, and its own configuration.</summary>
    public static ChosenEnvironment Network { get; } = new([.. s_tools, .. s_proxies, "APT_CONFIG"], []);

    /// <summary>For a launcher in front of the compiler: its own configuration, which is in the keys of what it compiles.</summary>
    public static ChosenEnvironment Launcher { get; } =
        new([.. s_tools, "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "SSH_AUTH_SOCK"], ["CCACHE_", "SCCACHE_", "DISTCC_", "ICECC_"]);

    /// <summary>The variables that are set, by name.</summary>
    public IReadOnlyDictionary<string, string> Take() =>
        Environment
            .GetEnvironmentVariables()
            .Cast<DictionaryEntry>()
            .Select(entry => KeyValuePair.Create((string)entry.Key, (string?)entry.Value ?? ""))
            .Where(variable => Names.Contains(variable.Key) || HasPrefix(variable.Key))
            .ToDictionary(StringComparer.Ordinal);

    /// <summary>Those that a program's own configuration is in, as <c>NAME=value</c>, in order: what keys hold.</summary>
    public IReadOnlyList<string> Fields() =>
        Prefixes.Count == 0
            ? []
            :
            [
                .. Take()
                    .Where(variable => HasPrefix(variable.Key))
                    .Select(variable => $"{variable.Key}={variable.Value}")
                    .Order(StringComparer.Ordinal),
            ];

    private bool HasPrefix(string name) => Prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal));
}
