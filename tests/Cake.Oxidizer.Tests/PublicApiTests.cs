using Cake.Oxidizer;
using Oxidizer.Packager.Tests;

namespace Cake.Oxidizer.Tests;

/// <summary>What scripts can name of the addin.</summary>
public sealed class PublicApiTests
{
    [Fact]
    public void What_a_script_can_name_of_the_addin_is_what_the_list_says() =>
        PublicApi.AssertIs("Cake.Oxidizer.Tests", typeof(OxidizerAliases).Assembly);
}
