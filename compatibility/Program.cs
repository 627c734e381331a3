using Oxidizer.Compatibility;

CompatibilityOptions options;
try
{
    options = CompatibilityOptions.Parse(args);
}
catch (FormatException exception)
{
    Console.Error.WriteLine($"{exception.Message}\n\n{CompatibilityOptions.Usage}");
    return 2;
}

var report = CompatibilityRun.Execute(options, Console.WriteLine);
var path = report.Write(options.ResultFolder);
var unexplained = report.Files.Where(file => file.Difference is not null && !file.IsExplained).ToList();
foreach (var file in unexplained)
    Console.WriteLine($"{file.Name}: {file.Difference}; docs/compatibility.md gives no reason");
Console.WriteLine($"{path}: {report.Same} of {report.Total} files behave the same, {report.Different} differ ({unexplained.Count} without a reason)");
return report.Same >= 0.97 * report.Total && unexplained.Count == 0 ? 0 : 1;
