using Oxidizer.Cache;

namespace Oxidizer.Packager.Native;

/// <summary>An object file in the cache.</summary>
/// <param name="Name">What it was compiled from.</param>
/// <param name="Digest">Of its bytes.</param>
internal sealed record ObjectFile(string Name, Sha256Digest Digest);
