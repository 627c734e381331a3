using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Processes;

/// <summary>A program to run, without a shell.</summary>
/// <param name="FileName">A path, or a name that is found on PATH.</param>
/// <param name="Arguments">Its arguments, as they are.</param>
internal sealed record Command(string FileName, IReadOnlyList<string> Arguments)
{
    /// <summary>Where it runs; <c>null</c> for the current folder.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>What it sees of the parent's environment, beside <c>LC_ALL=C</c>: what programs say is read, and shown as it is.</summary>
    public ChosenEnvironment Sees { get; init; } = ChosenEnvironment.Tools;

    /// <summary>Variables to set, or to remove (value <c>null</c>).</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>Whether it sees nothing but <see cref="Environment"/>.</summary>
    public bool ClearEnvironment { get; init; }

    /// <summary>The command as a shell would take it, for messages.</summary>
    public override string ToString() => string.Join(' ', Arguments.Prepend(FileName).Select(Quote));

    private static string Quote(string argument) =>
        argument.Length > 0 && argument.All(c => char.IsAsciiLetterOrDigit(c) || "-_./=:,+@%".Contains(c))
            ? argument
            : "'" + argument.Replace("'", "'\\''") + "'";
}

/// <summary>The result of a program.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">Its standard output, as UTF-8.</param>
/// <param name="Error">Its standard error, as UTF-8.</param>
internal sealed record CommandResult(int ExitCode, string Output, string Error);

/// <summary>Counts the programs that a build starts.</summary>
internal sealed class ProcessCounter
{
    private int _count;

    /// <summary>How many so far.</summary>
    public int Count => Volatile.Read(ref _count);

    internal void Increment() => Interlocked.Increment(ref _count);
}

/// <summary>Starts programs, counts them, and ends them with all of their children when the build is cancelled.</summary>
internal static class ChildProcess
{
    // Flows with the build into its threads, because several builds may run in one process and each says how many programs it started.
    private const int TextFileBusy = 26;
    private static readonly TimeSpan s_longestBusy = TimeSpan.FromSeconds(10);
    private static readonly AsyncLocal<ProcessCounter?> s_counter = new();

    /// <summary>Counts what this thread, and what it starts from now on, starts.</summary>
    public static ProcessCounter CountFromHere() => s_counter.Value = new ProcessCounter();

    /// <summary>Starts a program with redirected streams; the caller speaks with it and waits for it.</summary>
    /// <exception cref="EnvironmentFailureException">It cannot be started.</exception>
    public static Process Start(Command command)
    {
        var info = new ProcessStartInfo(command.FileName)
        {
            WorkingDirectory = command.WorkingDirectory ?? "",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        foreach (var argument in command.Arguments)
            info.ArgumentList.Add(argument);
        SetEnvironment(info, command);
        try
        {
            var process = StartWhenClosed(info);
            s_counter.Value?.Increment();
            return process;
        }
        catch (Win32Exception exception)
        {
            throw new EnvironmentFailureException(
                DiagnosticKinds.ProgramNotStarted,
                "start",
                command.FileName,
                exception.Message,
                exception
            );
        }
    }

    // A program that was just written cannot start while a child of another thread has it open: between its fork and its exec it has all
    // that this process had open.
    private static Process StartWhenClosed(ProcessStartInfo info)
    {
        for (var started = Stopwatch.GetTimestamp(); ; Thread.Sleep(1))
        {
            try
            {
                return Process.Start(info) ?? throw new InvalidOperationException("Process.Start gave no process for a plain executable");
            }
            catch (Win32Exception exception)
                when (exception.NativeErrorCode == TextFileBusy && Stopwatch.GetElapsedTime(started) < s_longestBusy)
            {
                // Once more.
            }
        }
    }

    private static void SetEnvironment(ProcessStartInfo info, Command command)
    {
        info.Environment.Clear();
        if (!command.ClearEnvironment)
        {
            foreach (var (name, value) in command.Sees.Take())
                info.Environment[name] = value;
            info.Environment["LC_ALL"] = "C";
        }
        foreach (var (name, value) in command.Environment)
            info.Environment[name] = value;
    }

    /// <summary>Runs a program to its end.</summary>
    /// <param name="command">What to run.</param>
    /// <param name="cancellation">Kills it and its children.</param>
    /// <param name="onLine">Called with each line of output or error as it comes, if given.</param>
    /// <exception cref="EnvironmentFailureException">It cannot be started.</exception>
    /// <exception cref="OperationCanceledException">The build was cancelled; the program and its children have ended.</exception>
    public static CommandResult Run(Command command, CancellationToken cancellation = default, Action<string>? onLine = null)
    {
        cancellation.ThrowIfCancellationRequested();
        using var process = Start(command);
        StringBuilder output = new(),
            error = new();
        process.OutputDataReceived += (_, line) => Take(output, line.Data);
        process.ErrorDataReceived += (_, line) => Take(error, line.Data);
        using var kill = cancellation.Register(() => Kill(process));
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.WaitForExit();
        cancellation.ThrowIfCancellationRequested();
        return new CommandResult(process.ExitCode, output.ToString(), error.ToString());

        void Take(StringBuilder text, string? line)
        {
            if (line is null)
                return;
            lock (text)
                text.Append(line).Append('\n');
            onLine?.Invoke(line);
        }
    }

    /// <summary>Ends a program and everything that it started.</summary>
    public static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself meanwhile.
        }
    }
}
