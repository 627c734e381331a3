using System.Diagnostics;
using Oxidizer.Cache;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Native;

namespace Oxidizer.Packager.Linking;

/// <summary>
/// A link as an action of two keys, as objects have them. The first has all that is known before, and finds the list of what the linker
/// read the last time; the second has the state of each file of that list as well, and finds the outputs. A changed <c>libc.a</c>, or a
/// library that stands before another on the search path, causes a new link.
/// </summary>
/// <param name="name">For explanations.</param>
/// <param name="version">The step's salt.</param>
/// <param name="describe">Adds all that is known before the link.</param>
/// <param name="toolchain">Says where libraries are looked for.</param>
/// <param name="context">The build.</param>
internal sealed class LinkAction(
    string name,
    int version,
    Func<ActionKeyBuilder, ActionKeyBuilder> describe,
    Toolchain toolchain,
    BuildContext context
)
{
    private readonly SearchPath _libraries = toolchain.LibraryPath(context.Cache);

    /// <summary>Finds the outputs in the cache, or links.</summary>
    /// <param name="link">Links, stores the outputs, and says what the linker read.</param>
    public IReadOnlyList<ActionOutput> Run(Func<(IReadOnlyList<ActionOutput> Outputs, LinkInputs Inputs)> link)
    {
        if (Find() is { } found)
            return found;
        // Only one of two builds links. Its inputs are not known yet, so this record stands for the work alone. The outputs are then looked
        // up by their key.
        ActionRecord? made = null;
        context.Cache.GetOrAdd(SingleFlight(), name, () => (made = Link(link)).Outputs, context.Cancellation);
        return made?.Outputs ?? Find() ?? Link(link).Outputs;
    }

    private IReadOnlyList<ActionOutput>? Find()
    {
        if (Known() is not { } inputs || context.Cache.Find(Second(inputs)) is not { } record)
            return null;
        context.Actions.Reuse(ActionKinds.Link);
        return record.Outputs;
    }

    private LinkInputs? Known() =>
        context.Cache.Find(First()) is { Outputs: [var list] } && context.Cache.TryRead(list.Digest) is { } bytes
            ? LinkInputs.Read(bytes)
            : null;

    private ActionRecord Link(Func<(IReadOnlyList<ActionOutput>, LinkInputs)> link)
    {
        var started = Stopwatch.GetTimestamp();
        var (outputs, inputs) = link();
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var list = inputs.Write();
        context.Cache.Add(new ActionRecord(First(), name, [new ActionOutput("inputs", context.Cache.Store(list), list.Length)], 0));
        var key = Second(inputs);
        var reason = context.Cache.Explain(key, name);
        var record = new ActionRecord(key, name, outputs, seconds);
        context.Cache.Add(record);
        context.Log.Debug($"{key.Kind} {name}: {reason} ({seconds:0.000} s)");
        context.Actions.Execute(new ExecutedAction(key.Kind, name, reason, seconds));
        return record;
    }

    private ActionKey First() => describe(new ActionKeyBuilder("link_inputs", version)).Build();

    private ActionKey SingleFlight()
    {
        var builder = new ActionKeyBuilder("link_flight", version).Add("link", First().Digest);
        return Known() is { } inputs ? builder.Add("known", Second(inputs).Digest).Build() : builder.Build();
    }

    private ActionKey Second(LinkInputs inputs)
    {
        var builder = describe(new ActionKeyBuilder(ActionKinds.Link, version));
        foreach (var file in inputs.Files)
            builder.Add(file, _libraries.StateOf(file));
        return builder.Build();
    }
}
