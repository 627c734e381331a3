using System.Text;
using Oxidizer.Cache.Files;
using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Configuration;

/// <summary>Finds the configuration, and reads its text.</summary>
internal static class ConfigurationFile
{
    // A thousand rules fit in a tenth of it. A larger file was named by mistake.
    private const int MaxBytes = 1 << 20;

    private static readonly string[] s_variables = ["OXIDIZER_CONFIG", "PYOXIDIZER_CONFIG"];
    private static readonly string[] s_names = ["oxidizer.toml", "pyoxidizer.toml"];

    /// <summary>The path as named, else <c>OXIDIZER_CONFIG</c> or <c>PYOXIDIZER_CONFIG</c>, else <c>oxidizer.toml</c> or
    /// <c>pyoxidizer.toml</c> in the folder or above.</summary>
    /// <param name="startDirectory">Where the search starts, and relative paths too; absolute.</param>
    /// <param name="named">The path that the caller names, or <c>null</c>.</param>
    /// <returns>An absolute path of a file that is there.</returns>
    /// <exception cref="BuildFailedException">There is none.</exception>
    public static string Find(string startDirectory, string? named)
    {
        if (named is not null)
            return Existing(
                Path.GetFullPath(named, startDirectory),
                $"the configuration `{named}` is not there; name one that is, or drop the argument to have it found"
            );
        foreach (var variable in s_variables)
            if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } path)
                return Existing(
                    Path.GetFullPath(path, startDirectory),
                    $"the configuration `{path}` that the environment variable `{variable}` names is not there; set it to one that is, or unset it"
                );
        for (var folder = startDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
            foreach (var name in s_names)
                if (Path.Combine(folder, name) is var candidate && File.Exists(candidate))
                    return candidate;
        throw new BuildFailedException(
            DiagnosticKinds.ConfigurationNotFound,
            $"no `{s_names[0]}` in `{startDirectory}` or above it; write one, name one, or build a project or a single script by its name: `OxidizerBuild(\"./myproject\")`, `OxidizerBuild(\"hello.py\")`"
        );
    }

    /// <summary>Reads a configuration's text.</summary>
    /// <exception cref="BuildFailedException">It is not there, too large, or not UTF-8.</exception>
    /// <exception cref="EnvironmentFailureException">It cannot be read.</exception>
    internal static string ReadText(string path, SourceLocation location)
    {
        var bytes = ReadBytes(path, location);
        try
        {
            var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
            return text.StartsWith('\uFEFF') ? text[1..] : text;
        }
        catch (DecoderFallbackException exception)
        {
            // Index is that of the first byte of the sequence, and may be negative by some bytes when a sequence is cut off at the end.
            var line = bytes.AsSpan(0, Math.Clamp(exception.Index, 0, bytes.Length)).Count((byte)'\n') + 1;
            throw new BuildFailedException(
                DiagnosticKinds.ConfigurationNotUtf8,
                $"the configuration is not UTF-8: byte 0x{exception.BytesUnknown?[0]:X2} on line {line}; save the file as UTF-8",
                location with
                {
                    Line = line,
                },
                exception
            );
        }
    }

    private static byte[] ReadBytes(string path, SourceLocation location)
    {
        try
        {
            using var handle = RegularFile.Open(path);
            var bytes = new byte[MaxBytes + 1];
            int length = 0,
                read;
            // Not by the file's length, because files of /proc say 0.
            while (length < bytes.Length && (read = RandomAccess.Read(handle, bytes.AsSpan(length), length)) > 0)
                length += read;
            return length <= MaxBytes
                ? bytes[..length]
                : throw new BuildFailedException(
                    DiagnosticKinds.ConfigurationTooLarge,
                    $"the configuration is larger than {MaxBytes >> 10} KiB; name the configuration, and not another file",
                    location
                );
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new BuildFailedException(
                DiagnosticKinds.ConfigurationNotFound,
                $"the configuration `{path}` is not there; name one that is",
                null,
                exception
            );
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            var reason = Directory.Exists(path) ? "it is a folder; name the file in it" : exception.Message;
            throw new EnvironmentFailureException(
                DiagnosticKinds.ConfigurationNotReadable,
                "read the configuration",
                path,
                reason,
                exception
            );
        }
    }

    private static string Existing(string path, string message) =>
        File.Exists(path) || Directory.Exists(path) ? path : throw new BuildFailedException(DiagnosticKinds.ConfigurationNotFound, message);
}
