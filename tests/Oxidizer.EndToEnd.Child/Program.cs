using Oxidizer.Packager;

// Another process that builds, for the tests that kill it, trace it, or start two at once. Its output is a line for each action that ran, and for each warning.
if (args is not [var configuration, var cache, var output])
{
    Console.Error.WriteLine("usage: <configuration> <cache> <output>");
    return 2;
}
var result = Pipeline.Build(new BuildRequest { ConfigurationOrScript = configuration, CacheDirectory = cache, OutputDirectory = output }, new Log());
foreach (var action in result.Executed)
    Console.WriteLine($"executed {action.Kind} {action.Name}");
foreach (var warning in result.Warnings)
    Console.WriteLine($"warning {warning.Id}");
Console.WriteLine($"built {result.ProductPath}");
return 0;

internal sealed class Log : IBuildLog
{
    public void Information(string message)
    {
    }

    public void Debug(string message)
    {
    }

    public void Warning(string message)
    {
    }

    public void Progress(string stage, double? share, string? detail = null)
    {
    }
}
