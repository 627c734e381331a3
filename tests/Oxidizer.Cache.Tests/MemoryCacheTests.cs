namespace Oxidizer.Cache.Tests;

public sealed class MemoryCacheTests : ActionCacheSuite
{
    protected override IActionCache Open() => new MemoryCache();
}
