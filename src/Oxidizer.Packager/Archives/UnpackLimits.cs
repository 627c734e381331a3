namespace Oxidizer.Packager.Archives;

/// <summary>What an archive may ask of a disk. The largest standalone distributions hold about 10,000 entries and 1 GiB.</summary>
/// <param name="Bytes">The sum of all files, in bytes.</param>
/// <param name="Entries">The number of entries.</param>
internal sealed record UnpackLimits(long Bytes = 8L << 30, int Entries = 200_000);
