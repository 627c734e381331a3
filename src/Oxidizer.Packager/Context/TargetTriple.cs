namespace Oxidizer.Packager.Context;

/// <summary>What a product runs on, such as <c>x86_64-unknown-linux-gnu</c>.</summary>
/// <param name="Value">The triple as written.</param>
public sealed record TargetTriple(string Value)
{
    /// <summary>The triple of the machine that builds.</summary>
    public static TargetTriple Host { get; } =
        new(
            System.Runtime.InteropServices.RuntimeInformation.OSArchitecture switch
            {
                System.Runtime.InteropServices.Architecture.X64 => "x86_64",
                System.Runtime.InteropServices.Architecture.Arm64 => "aarch64",
                var other => other.ToString().ToLowerInvariant(),
            } + "-unknown-linux-gnu"
        );

    /// <summary>The first part: <c>x86_64</c>, <c>aarch64</c>.</summary>
    public string Architecture => Value.Split('-')[0];

    /// <summary>What Debian names the folders of its libraries by, such as <c>x86_64-linux-gnu</c>.</summary>
    public string Multiarch => Architecture + (Value.Contains("musl", StringComparison.Ordinal) ? "-linux-musl" : "-linux-gnu");

    /// <summary>Whether products for it are ELF files.</summary>
    public bool IsElf => Value.Contains("linux", StringComparison.Ordinal);

    /// <summary>Whether this is the machine that builds.</summary>
    public bool IsHost => this == Host;

    /// <summary>The triple as written.</summary>
    public override string ToString() => Value;
}
