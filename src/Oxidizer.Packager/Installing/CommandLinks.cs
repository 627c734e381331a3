using System.Text.Json;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Installing;

/// <summary>
/// Symbolic links beside a product, one for each of its commands. They are relative, so that they move with the product. Those that an
/// earlier build made, as its record says, and that name no command any more are removed.
/// </summary>
internal static class CommandLinks
{
    /// <summary>Prepares them. Call it after the product was prepared, so that no link leads to nothing at any moment.</summary>
    /// <param name="run">What the product runs.</param>
    /// <param name="output">A library has no links.</param>
    /// <param name="recordName">The file name of the product's record.</param>
    /// <param name="installation">Where to.</param>
    /// <param name="context">The build.</param>
    /// <returns>The names of the links, in the order of the configuration.</returns>
    /// <exception cref="BuildFailedException">Something else has the name of a command.</exception>
    /// <exception cref="EnvironmentFailureException">A link cannot be made, or the record not be read.</exception>
    public static IReadOnlyList<string> Prepare(
        RunTable run,
        ProductOutput output,
        string recordName,
        Installation installation,
        BuildContext context
    )
    {
        var commands = output == ProductOutput.Executable && run.Mode == "module" ? run.Commands : [];
        var wanted = commands.Where(command => command.Name != installation.ProductName).ToList();
        var missing = new List<string>();
        foreach (var command in wanted)
        {
            if (IsTaken(command.Name, recordName, installation))
                context.Diagnostics.Add(
                    DiagnosticKinds.CommandNameTaken,
                    $"something else than the link of the command `{command.Name}` stands at `{installation.PathOf(command.Name)}`, and is not replaced; remove it, or name another command or output folder",
                    command.Location
                );
            else if (Occupants.At(installation.PathOf(command.Name)) == Occupant.Nothing)
                missing.Add(command.Name);
        }
        context.Diagnostics.ThrowIfErrors();
        foreach (var name in missing)
            Put(name, installation);
        var names = wanted.Select(command => command.Name).ToList();
        var removed = Before(recordName, installation).Where(name => !names.Contains(name) && IsOurs(name, installation)).ToList();
        foreach (var name in removed)
            installation.Take(name);
        Tell(missing, removed, context);
        return names;
    }

    private static bool IsTaken(string name, string recordName, Installation installation) =>
        name == recordName
        || name == installation.ProductName + AppRelativeManifest.Suffix
        || installation.Steps.Exists(step => step.Relative.Split('/')[0] == name)
        || (Occupants.At(installation.PathOf(name)) != Occupant.Nothing && !IsOurs(name, installation));

    // A link of somebody else's to the product stays, because no record names it.
    private static bool IsOurs(string name, Installation installation) =>
        Occupants.At(installation.PathOf(name)) == Occupant.Link
        && new FileInfo(installation.PathOf(name)).LinkTarget == installation.ProductName;

    private static void Put(string name, Installation installation)
    {
        try
        {
            var written = installation.NewName();
            File.CreateSymbolicLink(written, installation.ProductName);
            installation.Put(written, name);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw installation.Untouched(name, exception);
        }
    }

    // A record that is damaged, or of an earlier version, names none.
    private static List<string> Before(string recordName, Installation installation)
    {
        var path = installation.PathOf(recordName);
        if (Occupants.At(path) != Occupant.File)
            return [];
        try
        {
            var bytes = File.ReadAllBytes(path);
            // Most products have none, and a parser's first use takes longer than the rest of an unchanged build's stage.
            if (bytes.AsSpan().IndexOf("\"commands\": []"u8) >= 0)
                return [];
            using var record = JsonDocument.Parse(bytes);
            return
                record.RootElement.ValueKind == JsonValueKind.Object
                && record.RootElement.TryGetProperty("commands", out var commands)
                && commands.ValueKind == JsonValueKind.Array
                ?
                [
                    .. commands
                        .EnumerateArray()
                        .Where(item => item.ValueKind == JsonValueKind.String)
                        .Select(item => item.GetString()!)
                        .Where(name => ProductName.ProblemOf(name) is null),
                ]
                : [];
        }
        catch (JsonException)
        {
            return [];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw installation.Untouched(recordName, exception);
        }
    }

    private static void Tell(List<string> made, List<string> removed, BuildContext context)
    {
        if (made.Count + removed.Count == 0)
            return;
        var reason = string.Join(
            ", ",
            made.Select(name => $"`{name}` is not there").Concat(removed.Select(name => $"`{name}` is no longer a command"))
        );
        context.Log.Debug($"{ActionKinds.Install} links of commands: {reason}");
        context.Actions.Execute(new ExecutedAction(ActionKinds.Install, "links of commands", reason, 0));
    }
}
