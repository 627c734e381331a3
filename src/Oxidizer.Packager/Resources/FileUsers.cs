using Oxidizer.Cache;
using Oxidizer.Cache.Files;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Resources;

/// <summary>A package whose sources use <c>__file__</c>: what it looks for beside its modules is in memory, where <c>open</c> does not
/// reach when <c>virtual_files</c> is off.</summary>
/// <param name="Package">The top-level package or module.</param>
/// <param name="Modules">The modules that use it, by name.</param>
public sealed record FileUser(string Package, IReadOnlyList<string> Modules)
{
    /// <summary>What makes such a package work, in words.</summary>
    public const string Setting =
        "if it opens data by `__file__`, leave `virtual_files = false` out of [python_config]: packed files can then be opened by their paths; "
        + "`importlib.resources` and `pkgutil.get_data` work without";

    private const int NamesInSummary = 5;

    /// <summary>All of them in one line.</summary>
    public static string Summary(IReadOnlyList<FileUser> users)
    {
        var names = string.Join(", ", users.Take(NamesInSummary).Select(user => $"`{user.Package}`"));
        var others = users.Count > NamesInSummary ? $" and {users.Count - NamesInSummary} other packages" : "";
        return $"{names}{others} use{(users.Count == 1 ? "s" : "")} `__file__`; {(users.Count == 1 ? Setting : Setting.Replace("if it opens", "if one opens", StringComparison.Ordinal))}";
    }
}

/// <summary>Finds the application's modules whose source names <c>__file__</c> outside of comments and strings. The standard library's do,
/// and are known to work.</summary>
internal static class FileUsers
{
    private const int Version = 1,
        NamesInMessage = 4;

    /// <summary>By package, in order. What was found in a package's sources is kept by their digests.</summary>
    /// <exception cref="BuildFailedException">A source cannot be read any more.</exception>
    public static IReadOnlyList<FileUser> Find(ResourceSet resources, BuildContext context)
    {
        var users = new List<FileUser>();
        var application = resources.Modules.Where(module =>
            module.Location.Folder is null && module.Origin.Owner == ResourceOwner.Application
        );
        foreach (var package in application.GroupBy(module => module.Name.Split('.')[0], StringComparer.Ordinal))
        {
            var modules = UsersIn([.. package], context);
            if (modules.Count == 0)
                continue;
            users.Add(new FileUser(package.Key, modules));
            context.Log.Debug(
                $"`{package.Key}` uses `__file__` in {string.Join(", ", modules.Take(NamesInMessage).Select(name => $"`{name}`"))}"
                    + (modules.Count > NamesInMessage ? $" and {modules.Count - NamesInMessage} more" : "")
                    + $"; {FileUser.Setting}"
            );
        }
        return users;
    }

    private static List<string> UsersIn(List<ModuleSource> modules, BuildContext context)
    {
        var key = new ActionKeyBuilder("file_users", Version)
            .Add("sources", DigestList.Of(modules.Select(module => module.File.Digest)))
            .Build();
        if (
            context.Cache.Find(key) is { } record
            && context.Cache.TryRead(record.Outputs[0].Digest) is { } known
            && known.Length == modules.Count
        )
            return [.. modules.Where((_, index) => known[index] == '1').Select(module => module.Name)];
        var found = modules.Select(module => UsesFile(Read(module, context)) ? (byte)'1' : (byte)'0').ToArray();
        context.Cache.Add(new ActionRecord(key, modules[0].Name, [new ActionOutput("users", context.Cache.Store(found), found.Length)], 0));
        return [.. modules.Where((_, index) => found[index] == '1').Select(module => module.Name)];
    }

    private static byte[] Read(ModuleSource module, BuildContext context)
    {
        context.Cancellation.ThrowIfCancellationRequested();
        try
        {
            return RegularFile.ReadAllBytes(module.File.Path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new BuildFailedException(
                DiagnosticKinds.PackageNotReadable,
                $"`{module.Name}` cannot be read any more: {exception.Message}; build again",
                new SourceLocation(module.File.Path),
                exception
            );
        }
    }

    /// <summary>Whether the name stands in a source as a token: not in a comment, not in a string. A part of an f-string counts as
    /// string.</summary>
    public static bool UsesFile(ReadOnlySpan<byte> source)
    {
        if (source.IndexOf("__file__"u8) < 0)
            return false;
        for (var at = 0; at < source.Length; at++)
        {
            var c = source[at];
            if (c == '#')
                at += source[at..].IndexOf((byte)'\n') is >= 0 and var line ? line : source.Length - at;
            else if (c is (byte)'"' or (byte)'\'')
                at = EndOfText(source, at);
            else if (IsNamePart(c))
            {
                var end = at;
                while (end < source.Length && IsNamePart(source[end]))
                    end++;
                if (source[at..end].SequenceEqual("__file__"u8))
                    return true;
                at = end - 1;
            }
        }
        return false;
    }

    // The index of its last quote. A raw string ends at the same quote, because a backslash escapes quotes there too.
    private static int EndOfText(ReadOnlySpan<byte> source, int start)
    {
        var quote = source[start];
        var triple = start + 2 < source.Length && source[start + 1] == quote && source[start + 2] == quote;
        for (var at = start + (triple ? 3 : 1); at < source.Length; at++)
        {
            if (source[at] == '\\')
                at++;
            else if (source[at] == '\n' && !triple)
                return at;
            else if (source[at] == quote && (!triple || (at + 2 < source.Length && source[at + 1] == quote && source[at + 2] == quote)))
                return triple ? at + 2 : at;
        }
        return source.Length;
    }

    private static bool IsNamePart(byte c) => c == '_' || char.IsAsciiLetterOrDigit((char)c) || c >= 0x80;
}
