namespace Oxidizer.Cache.Records;

/// <summary>The time as records have it.</summary>
internal static class UnixTime
{
    /// <summary>Now, in seconds since 1970.</summary>
    public static long Now => DateTimeOffset.UtcNow.ToUnixTimeSeconds();
}
