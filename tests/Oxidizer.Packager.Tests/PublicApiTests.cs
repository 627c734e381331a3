using Oxidizer.Cache;

namespace Oxidizer.Packager.Tests;

/// <summary>What scripts can name of the engine and of the cache.</summary>
public sealed class PublicApiTests
{
    [Fact]
    public void What_a_script_can_name_of_the_packager_is_what_the_list_says() =>
        PublicApi.AssertIs("Oxidizer.Packager.Tests", typeof(Pipeline).Assembly);

    [Fact]
    public void What_a_script_can_name_of_the_cache_is_what_the_list_says() =>
        PublicApi.AssertIs("Oxidizer.Cache.Tests", typeof(IActionCache).Assembly);
}
