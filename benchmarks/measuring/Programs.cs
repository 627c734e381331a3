using System.Globalization;
using System.Text.RegularExpressions;
using Oxidizer.Packager.Processes;

namespace Oxidizer.Benchmarks;

/// <summary>What one run of a program cost. Page faults are <c>null</c> where the machine does not let us count them.</summary>
internal sealed record ProgramCost(double WallSeconds, double CpuSeconds, long MaxResidentBytes, long? PageFaults);

/// <summary>
/// Runs whole programs and says what they cost. The environment is empty and the working directory an empty folder, so that the same
/// program does the same
/// each time; a program that fails is an error and never a figure.
/// </summary>
internal sealed partial class Programs
{
    private readonly string _measure;
    private readonly string _emptyFolder;

    public Programs(string workFolder)
    {
        Tools.Ensure("gcc", "cc");
        _emptyFolder = Directory.CreateDirectory(Path.Combine(workFolder, "empty")).FullName;
        _measure = Path.Combine(workFolder, "measure");
        var source = Path.Combine(AppContext.BaseDirectory, "measuring", "measure.c");
        Checked(
            ChildProcess.Run(new Command("cc", ["-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", source, "-o", _measure])),
            "cc measure.c"
        );
    }

    /// <summary>Runs a program as it is.</summary>
    public ProgramCost Cost(params string[] command)
    {
        var fields = Run([_measure, .. command]).Output.Split(' ', StringSplitOptions.TrimEntries);
        var numbers = fields.Select(field => long.Parse(field, CultureInfo.InvariantCulture)).ToArray();
        return new ProgramCost(numbers[0] / 1e9, (numbers[1] + numbers[2]) / 1e6, numbers[3] * 1024, numbers[4] < 0 ? null : numbers[4]);
    }

    /// <summary>Counts the page faults of a program, as <c>perf stat -e page-faults</c> does.</summary>
    public double PageFaults(params string[] command) =>
        Cost(command).PageFaults
        ?? throw new BenchmarkFailedException(
            "the kernel does not let us count page faults; lower it with `sysctl kernel.perf_event_paranoid=2`, or allow `perf_event_open` in the container"
        );

    /// <summary>Counts the system calls of a program, from its <c>execve</c> to its end.</summary>
    public double SystemCalls(params string[] command)
    {
        Tools.Ensure("strace", "strace");
        var log = _measure + ".strace";
        Run([_measure, Tools.Find("strace")!, "-f", "-qq", "-e", "signal=none", "-o", log, .. command]);
        // A call that another thread interrupts has a second line.
        return File.ReadLines(log).Count(line => !line.Contains(" resumed>", StringComparison.Ordinal));
    }

    /// <summary>Counts the instructions that a program executes in user space, under valgrind, without address-space
    /// randomisation.</summary>
    public double Instructions(params string[] command)
    {
        Tools.Ensure("valgrind", "valgrind");
        var valgrind = Tools.Find("valgrind")!;
        var result = Run([_measure, "-R", valgrind, "--tool=callgrind", "--callgrind-out-file=/dev/null", .. command]);
        var total = CollectedLine().Match(result.Error);
        return total.Success
            ? double.Parse(total.Groups[1].ValueSpan, CultureInfo.InvariantCulture)
            : throw new BenchmarkFailedException($"valgrind gave no total for `{string.Join(' ', command)}`:\n{result.Error}");
    }

    /// <summary>Runs a program in the same surroundings as a measured one, and gives back what it printed.</summary>
    public string Output(params string[] command) => Checked(ChildProcess.Run(Surroundings(command)), string.Join(' ', command)).Output;

    /// <summary>The same for a program that may fail.</summary>
    public CommandResult Try(params string[] command) => ChildProcess.Run(Surroundings(command));

    private CommandResult Run(string[] command)
    {
        var result = Checked(ChildProcess.Run(Surroundings(command)), string.Join(' ', command));
        var status = result.Output.Split(' ', StringSplitOptions.TrimEntries)[^1];
        return status == "0"
            ? result
            : throw new BenchmarkFailedException($"`{string.Join(' ', command)}` ended with wait status {status}:\n{result.Error}");
    }

    private Command Surroundings(string[] command) =>
        new(command[0], command[1..]) { ClearEnvironment = true, WorkingDirectory = _emptyFolder };

    private static CommandResult Checked(CommandResult result, string command) =>
        result.ExitCode == 0
            ? result
            : throw new BenchmarkFailedException($"`{command}` ended with exit code {result.ExitCode}:\n{result.Error}{result.Output}");

    [GeneratedRegex(@"Collected : (\d+)")]
    private static partial Regex CollectedLine();
}

/// <summary>Something could not be measured; the message says what and why.</summary>
internal sealed class BenchmarkFailedException(string message, Exception? cause = null) : Exception(message, cause);
