using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Toml;

namespace Oxidizer.Packager.Configuration;

/// <summary>The sum of a configuration's rules.</summary>
/// <param name="Positions">Where each key has its value, by <c>table.key</c>.</param>
internal sealed record RuleSum(Dictionary<string, SourceLocation> Positions)
{
    /// <summary>The rules, in order.</summary>
    public List<PackageRule> Rules { get; } = [];

    /// <summary><c>[python_extensions]</c>, and what old rules add to it.</summary>
    public ExtensionsTable Extensions { get; set; } = new();
}

/// <summary>A type of <c>[[python_packages]]</c> rule.</summary>
/// <param name="Names">Its name, and older ones.</param>
/// <param name="Required">The keys that must be there; of <c>a|b</c> one of the two.</param>
internal abstract record RuleType(string[] Names, string[] Required)
{
    public const string TypeKey = "type";

    /// <summary>The keys that it knows, beside <c>type</c>.</summary>
    public abstract IEnumerable<DeclaredKey> Known { get; }

    /// <summary>Reads a rule of this type.</summary>
    /// <param name="type">As written.</param>
    /// <param name="table">The rule.</param>
    /// <param name="scope">What the keys share.</param>
    /// <param name="sum">Takes the rule.</param>
    public abstract void Apply(string type, TomlTable table, ReadScope scope, RuleSum sum);

    /// <summary>Reads the keys into a record; the same for every type.</summary>
    protected T ReadKeys<T>(T record, Key<T>[] keys, string type, TomlTable table, ReadScope scope)
        where T : class
    {
        var name = $"[[python_packages]] of type `{type}`";
        foreach (var entry in table.Entries)
        {
            if (entry.Name == TypeKey || TargetKey.Is(entry.Name))
                continue;
            var key = Array.Find(keys, key => key.Name == entry.Name);
            if (key is not null)
                record = key.Set(record, new KeyReading(scope, name, entry.Name, entry.Value));
            else if (!scope.Mistakes.IsFull)
                UnknownKey.Report(entry, name, keys.Select(known => known.Name).Prepend(TypeKey), scope.Mistakes);
        }
        foreach (var required in Required)
        {
            var names = required.Split('|');
            if (!Array.Exists(names, key => table.Find(key) is not null))
                scope.Mistakes.Add(
                    DiagnosticKinds.MissingKey,
                    $"{name} needs `{string.Join("` or `", names)}`; add `{names[0]} = ...`",
                    table.Location
                );
        }
        return record;
    }
}

/// <summary>A type whose rules become records.</summary>
internal sealed record RuleType<T>(string[] Names, Func<string, SourceLocation, T> Create, Key<T>[] Keys, params string[] Required)
    : RuleType(Names, Required)
    where T : PackageRule
{
    public override IEnumerable<DeclaredKey> Known => Keys;

    public override void Apply(string type, TomlTable table, ReadScope scope, RuleSum sum) =>
        sum.Rules.Add(ReadKeys(Create(type, table.Location), Keys, type, table, scope));
}

/// <summary>A type of PyOxidizer's first versions, that says what <c>[python_extensions]</c> says now.</summary>
/// <param name="Names">Its name.</param>
/// <param name="Keys">Its keys.</param>
/// <param name="Policy">The policy that it stands for, unless one is set.</param>
/// <param name="Required">The keys that must be there.</param>
internal sealed record ExtensionRuleType(string[] Names, Key<ExtensionsTable>[] Keys, string? Policy, params string[] Required)
    : RuleType(Names, Required)
{
    public override IEnumerable<DeclaredKey> Known => Keys;

    /// <summary>What several keys make together.</summary>
    public Func<ExtensionsTable, TomlTable, ExtensionsTable> Finish { get; init; } = static (extensions, _) => extensions;

    public override void Apply(string type, TomlTable table, ReadScope scope, RuleSum sum)
    {
        var extensions = Finish(ReadKeys(sum.Extensions, Keys, type, table, scope), table);
        if (Policy is not null && !sum.Positions.ContainsKey("python_extensions.policy"))
            extensions = extensions with { Policy = Policy };
        sum.Extensions = extensions with { Location = table.Location };
        if (table.Find("policy") is { } policy)
            sum.Positions["python_extensions.policy"] = policy.Value.Location;
    }
}
