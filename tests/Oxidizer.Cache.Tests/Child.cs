using System.Diagnostics;

namespace Oxidizer.Cache.Tests;

// Another process that uses a cache: tests/Oxidizer.Cache.Tests.Child.
internal sealed class Child : IDisposable
{
    private readonly Process _process;
    private readonly List<string> _lines = [];
    private readonly ManualResetEventSlim _ended = new();
    private string _error = "";

    private Child(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // A child lives for less time than optimised code takes to pay off.
        start.Environment["DOTNET_TieredPGO"] = "0";
        _process = Process.Start(start)!;
        new Thread(ReadLines) { IsBackground = true }.Start();
        _process.ErrorDataReceived += (_, data) => _error += data.Data + "\n";
        _process.BeginErrorReadLine();
    }

    private static string Program => Path.Combine(AppContext.BaseDirectory, "Oxidizer.Cache.Tests.Child");

    public static Child Start(params string[] arguments) => new(Program, arguments);

    // As another user, without a home or anything else of this one's.
    public static Child StartAs(int user, string temporary, params string[] arguments) =>
        new(
            "setpriv",
            [
                $"--reuid={user}",
                $"--regid={user}",
                "--clear-groups",
                "env",
                "-i",
                $"TMPDIR={temporary}",
                $"DOTNET_ROOT={Environment.GetEnvironmentVariable("DOTNET_ROOT") ?? "/usr/share/dotnet"}",
                "DOTNET_EnableDiagnostics=0",
                Program,
                .. arguments,
            ]
        );

    public int ExitCode
    {
        get
        {
            _process.WaitForExit();
            _ended.Wait();
            return _process.ExitCode;
        }
    }

    public bool IsRunning => !_process.HasExited;

    public string Error => _error;

    public int Id => _process.Id;

    // Whole lines only: what was cut off by a kill was not acknowledged.
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines)
                return [.. _lines];
        }
    }

    public void WaitForLine(string beginning)
    {
        var deadline = Environment.TickCount64 + 60_000;
        while (!Lines.Any(line => line.StartsWith(beginning, StringComparison.Ordinal)))
        {
            Assert.True(Environment.TickCount64 < deadline, $"no `{beginning}` from the child: {string.Join('|', Lines)} {Error}");
            Thread.Sleep(5);
        }
    }

    // A child that acts when it is told to.
    public void Tell() => _process.StandardInput.WriteLine();

    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
        _ended.Wait();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            Kill();
        _process.Dispose();
    }

    private void ReadLines()
    {
        var text = "";
        var buffer = new char[4096];
        int read;
        while ((read = _process.StandardOutput.Read(buffer)) > 0)
        {
            text += new string(buffer, 0, read);
            var lines = text.Split('\n');
            lock (_lines)
                _lines.AddRange(lines[..^1]);
            text = lines[^1];
        }
        _ended.Set();
    }
}
