namespace Oxidizer.Cache;

/// <summary>What an upkeep of the cache found and did.</summary>
/// <param name="Actions">Records that are left.</param>
/// <param name="Blobs">Blobs that are left.</param>
/// <param name="Bytes">What they take, in bytes.</param>
/// <param name="RemovedActions">Records that were removed.</param>
/// <param name="RemovedBlobs">Blobs that were removed.</param>
/// <param name="RemovedBytes">What they took, in bytes.</param>
/// <param name="DamagedBlobs">How many of the removed ones were not what their digest says.</param>
public sealed record CacheReport(int Actions, int Blobs, long Bytes, int RemovedActions, int RemovedBlobs, long RemovedBytes, int DamagedBlobs);
