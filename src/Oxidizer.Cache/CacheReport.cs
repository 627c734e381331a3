namespace Oxidizer.Cache;

/// <summary>What an upkeep of the cache found and did.</summary>
/// <param name="Actions">Records that are left.</param>
/// <param name="Blobs">Blobs that are left.</param>
/// <param name="Trees">Folders that are left.</param>
/// <param name="Bytes">What blobs and folders take, in bytes.</param>
/// <param name="RemovedActions">Records that were removed.</param>
/// <param name="RemovedBlobs">Blobs that were removed.</param>
/// <param name="RemovedTrees">Folders that were removed.</param>
/// <param name="RemovedBytes">What the removed blobs and folders took, in bytes.</param>
/// <param name="DamagedBlobs">How many blobs do not match their digest; they are removed.</param>
/// <param name="DamagedTrees">How many folders do not match their manifest. They are removed; those in use are repaired by the next
/// build.</param>
public sealed record CacheReport(
    int Actions,
    int Blobs,
    int Trees,
    long Bytes,
    int RemovedActions,
    int RemovedBlobs,
    int RemovedTrees,
    long RemovedBytes,
    int DamagedBlobs,
    int DamagedTrees
);
