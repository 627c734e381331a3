using System.Reflection;
using System.Xml.Linq;
using Cake.Core;
using Cake.Core.Annotations;

namespace Cake.Oxidizer.Tests;

/// <summary>Laws over all aliases: one that breaks Cake's generated proxies breaks every script that loads the addin.</summary>
public sealed class AliasLawTests
{
    private static readonly IReadOnlyList<MethodInfo> s_aliases =
    [
        .. typeof(OxidizerAliases)
            .Assembly.GetExportedTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Static))
            .Where(method => method.GetCustomAttribute<CakeMethodAliasAttribute>() is not null),
    ];

    [Fact]
    public void No_alias_has_a_parameter_that_breaks_the_generated_proxies()
    {
        Assert.NotEmpty(s_aliases);
        var offenders = s_aliases
            .SelectMany(method => method.GetParameters(), (method, parameter) => (method, parameter))
            .Where(entry =>
                entry.parameter.IsIn
                || entry.parameter.IsOptional
                || (entry.parameter.ParameterType.IsValueType && entry.parameter.HasDefaultValue)
                || entry
                    .parameter.GetCustomAttributesData()
                    .Any(data =>
                        data.AttributeType.Name is "TupleElementNamesAttribute" or "DynamicAttribute" or "ParamCollectionAttribute"
                    )
            )
            .Select(entry => $"{entry.method.Name}: {entry.parameter.Name}");
        Assert.Empty(offenders);
    }

    [Fact]
    public void Every_alias_extends_the_context_and_is_an_alias_of_the_category()
    {
        Assert.All(s_aliases, method => Assert.Equal(typeof(ICakeContext), method.GetParameters()[0].ParameterType));
        Assert.All(s_aliases, method => Assert.NotNull(method.DeclaringType!.GetCustomAttribute<CakeAliasCategoryAttribute>()));
    }

    [Fact]
    public void Every_alias_has_an_example()
    {
        var documentation = XDocument.Load(Path.ChangeExtension(typeof(OxidizerAliases).Assembly.Location, ".xml"));
        var documented = documentation
            .Descendants("member")
            .Where(member => member.Element("example")?.Element("code") is not null)
            .Select(member => (string)member.Attribute("name")!)
            .ToList();
        Assert.Equal(
            s_aliases.Count,
            documented.Count(name => name.StartsWith("M:Cake.Oxidizer.OxidizerAliases.", StringComparison.Ordinal))
        );
    }
}
