using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Projects;

namespace Oxidizer.Packager;

/// <summary>A configuration to begin with.</summary>
public static class InitialConfiguration
{
    private const string FileName = "oxidizer.toml";

    /// <summary>Writes <c>oxidizer.toml</c> beside a project or a script, with what would be built without it, and the schema for editors.
    /// Nothing is replaced.</summary>
    /// <param name="projectOrScript">A folder with <c>pyproject.toml</c>, that file, or a Python file; absolute.</param>
    /// <param name="log">Where messages go.</param>
    /// <returns>The file that was written, absolute.</returns>
    /// <exception cref="BuildFailedException">One is there already, or the project or script has mistakes.</exception>
    /// <exception cref="EnvironmentFailureException">It cannot be written.</exception>
    public static string Write(string projectOrScript, IBuildLog log)
    {
        ArgumentNullException.ThrowIfNull(log);
        var input = Path.TrimEndingDirectorySeparator(Path.GetFullPath(projectOrScript));
        var folder = Directory.Exists(input) ? input : Path.GetDirectoryName(input)!;
        var path = Path.Combine(folder, FileName);
        if (Path.Exists(path) || new FileInfo(path).LinkTarget is not null)
            throw new BuildFailedException(
                DiagnosticKinds.ConfigurationThere,
                $"`{path}` is there already, and is not replaced; edit it, or move it away"
            );
        var configuration = ConfigurationReader.For(FindInput.Load(input, folder, log, takesAll: true), target: null);
        // A file would stand above it, and lack what it says.
        if (configuration.Positions.Values.Values.FirstOrDefault() is { } place)
            throw new BuildFailedException(
                DiagnosticKinds.ConfigurationThere,
                "[tool.oxidizer] holds a configuration already, above which a file would stand; edit that, or move its tables into a file",
                place
            );
        var origin = Directory.Exists(input) ? ProjectInput.FileName : Path.GetFileName(input);
        try
        {
            // The schema first: what names it shall find it.
            var schema = Path.Combine(folder, ConfigurationSchema.FileName);
            if (!Path.Exists(schema))
                WriteNew(schema, ConfigurationSchema.Write());
            var text = WriteConfiguration.Of(
                configuration.Build,
                configuration.Distribution,
                configuration.RequiresPython,
                configuration.Packages,
                configuration.Run,
                folder,
                origin
            );
            WriteNew(path, System.Text.Encoding.UTF8.GetBytes(text));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new EnvironmentFailureException(
                DiagnosticKinds.ConfigurationNotWritten,
                "write the configuration",
                path,
                exception.Message,
                exception
            );
        }
        log.Information($"wrote {path}");
        return path;
    }

    // A file that somebody makes at this moment is not replaced either.
    private static void WriteNew(string path, byte[] content)
    {
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        file.Write(content);
    }
}
