using Oxidizer.Compatibility;

if (args.Contains("--help"))
{
    Console.WriteLine(CompatibilityOptions.Usage);
    return 0;
}
CompatibilityOptions options;
CompatibilityReport report;
try
{
    options = CompatibilityOptions.Parse(args);
    report = CompatibilityRun.Execute(options, Console.WriteLine);
}
catch (FormatException exception)
{
    Console.Error.WriteLine($"{exception.Message}\n\n{CompatibilityOptions.Usage}");
    return 2;
}

// A whole run is not thrown away for a few files of another build.
var apart = options.TestFiles.Count > 0 && report.IsAboutAnotherThanIn(options.ResultFolder);
var path = report.Write(apart ? Path.Combine(options.ResultFolder, "apart") : options.ResultFolder);
var unexplained = report.Files.Where(file => file.Difference is not null && !file.IsExplained).ToList();
foreach (var file in unexplained)
    Console.WriteLine($"{file.Name}: {file.Difference}; docs/compatibility.md gives no reason");
Console.WriteLine(
    $"{path}: {report.Same} of {report.Total} files behave the same, {report.Different} differ ({unexplained.Count} without a reason)"
);
return report.Same >= 0.97 * report.Total && unexplained.Count == 0 ? 0 : 1;
