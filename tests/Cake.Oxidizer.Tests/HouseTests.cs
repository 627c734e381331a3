using Oxidizer.Packager.Tests;

namespace Cake.Oxidizer.Tests;

/// <summary>The laws of the house, for the addin.</summary>
public sealed class HouseTests
{
    private static readonly House s_addin = House.Of(typeof(OxidizerAliases).Assembly, "");

    [Fact]
    public void The_addin_is_one_room()
    {
        Assert.NotEmpty(s_addin.Sources);
        Assert.Empty(s_addin.Undeclared());
        Assert.Empty(s_addin.Misnamed());
        Assert.Empty(s_addin.Breaches());
    }

    // What a script gets from an alias, and how a build ends. The rest of the engine is not the addin's to know.
    [Fact]
    public void The_addin_knows_of_the_engine_only_what_a_script_gets() =>
        Assert.Equal(
            [
                "Oxidizer.Cache",
                "Oxidizer.Packager",
                "Oxidizer.Packager.Context",
                "Oxidizer.Packager.Diagnostics",
                "Oxidizer.Packager.Reporting",
            ],
            s_addin
                .Sources.SelectMany(source => s_addin.Text(source).Split('\n'))
                .Where(line => line.StartsWith("using Oxidizer.", StringComparison.Ordinal))
                .Select(line => line["using ".Length..].TrimEnd(';'))
                .Distinct()
                .Order(StringComparer.Ordinal)
        );
}
