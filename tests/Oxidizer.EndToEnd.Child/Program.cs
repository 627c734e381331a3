using Oxidizer.Packager;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Reporting;

// Another process that builds, for the tests that kill it, trace it, or start two at once. Its output is a line for each action that ran,
// and for each warning; or the
// exception that it failed with.
if (args is not [var configuration, var cache, var output])
{
    Console.Error.WriteLine("usage: <configuration> <cache> <output>");
    return 2;
}
BuildResult result;
try
{
    result = Pipeline.Build(
        new BuildRequest
        {
            ConfigurationOrScript = configuration,
            CacheDirectory = cache,
            OutputDirectory = output,
        },
        new Log()
    );
}
catch (Exception exception)
{
    Console.WriteLine($"{exception.GetType().Name}: {exception.Message}");
    return 1;
}
foreach (var action in result.Executed)
    Console.WriteLine($"executed {action.Kind} {action.Name}");
foreach (var warning in result.Warnings)
    Console.WriteLine($"warning {warning.Id}");
Console.WriteLine($"built {result.ProductPath}");
return 0;

internal sealed class Log : IBuildLog
{
    public void Information(string message) { }

    public void Debug(string message) { }

    public void Warning(string message) { }

    public void Progress(string stage, double? share, string? detail = null) { }
}
