using System.Diagnostics;
using Oxidizer.Benchmarks;

// Children first: a suite starts this program again, where a figure is about a new process.
if (args is ["child", var kind, .. var rest])
    return Child.Run(kind, rest);

var suites = new Dictionary<string, Action<Suite>>
{
    ["startup"] = StartupSuite.Run,
    ["files"] = FilesSuite.Run,
    ["build"] = BuildSuite.Run,
    ["cache"] = CacheSuite.Run,
    ["size"] = SizeSuite.Run,
    ["noise"] = NoiseSuite.Run,
};
Options options;
try
{
    options = Options.Parse(args, suites.Keys);
}
catch (FormatException exception)
{
    Console.Error.WriteLine($"{exception.Message}\n\n{Options.Usage}");
    return 2;
}

var failures = 0;
foreach (var name in options.Suites)
{
    var started = Stopwatch.GetTimestamp();
    var suite = new Suite(name, options);
    suites[name](suite);
    var path = Path.Combine(options.ResultFolder, name + ".json");
    ResultFile.Write(suite, path);
    ResultTable.Print(suite, Console.Out);
    Console.WriteLine($"{path} ({Stopwatch.GetElapsedTime(started).TotalSeconds:0} s)");
    failures += suite.Failures.Count;
}
return failures == 0 ? 0 : 1;
