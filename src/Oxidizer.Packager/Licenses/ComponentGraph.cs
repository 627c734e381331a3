namespace Oxidizer.Packager.Licenses;

/// <summary>The parts of a product, and which needs which. The product itself needs those that no other part needs.</summary>
internal sealed class ComponentGraph
{
    private readonly Dictionary<string, Component> _byId;
    private readonly Dictionary<string, string> _parents = new(StringComparer.Ordinal);

    /// <summary>Makes the graph.</summary>
    public ComponentGraph(IReadOnlyList<Component> components)
    {
        Components = components;
        _byId = components.ToDictionary(component => component.Id, StringComparer.Ordinal);
        var needed = components.SelectMany(component => component.DependsOn).ToHashSet(StringComparer.Ordinal);
        var roots = components.Where(component => !needed.Contains(component.Id)).Select(component => component.Id).ToList();
        Follow(roots);
        // Packages that need each other in a circle, and that nothing else needs.
        foreach (var component in components.Where(component => !_parents.ContainsKey(component.Id)))
        {
            roots.Add(component.Id);
            Follow([component.Id]);
        }
        Roots = roots;
    }

    /// <summary>All of them, in order.</summary>
    public IReadOnlyList<Component> Components { get; }

    /// <summary>What the product needs itself, by id.</summary>
    public IReadOnlyList<string> Roots { get; }

    /// <summary>The shortest chain that leads from a part to what brought it, in words:
    /// <c>`idna` &lt;- required by `requests` &lt;- rule 2 (installed httpie)</c>.</summary>
    public string ChainOf(Component component)
    {
        var words = new List<string> { $"`{component.Name}`" };
        // An extension module is asked for by its own table, and not by the interpreter that it is a part of.
        while (component.Kind != ComponentKind.Extension && _parents[component.Id] is { Length: > 0 } parent)
        {
            component = _byId[parent];
            words.Add($"required by `{component.Name}`");
        }
        return string.Join(" <- ", words.Append(component.Origin));
    }

    private void Follow(IReadOnlyList<string> roots)
    {
        var waiting = new Queue<string>();
        foreach (var root in roots.Where(root => _parents.TryAdd(root, "")))
            waiting.Enqueue(root);
        while (waiting.TryDequeue(out var id))
            foreach (var next in _byId[id].DependsOn.Where(next => _byId.ContainsKey(next) && _parents.TryAdd(next, id)))
                waiting.Enqueue(next);
    }
}
