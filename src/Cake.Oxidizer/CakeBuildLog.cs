using System.Diagnostics;
using Cake.Core.Diagnostics;
using Oxidizer.Packager.Context;

namespace Cake.Oxidizer;

/// <summary>Writes a build's messages into Cake's log. On a terminal progress is one line that is rewritten; in a pipe it is a plain line
/// every few seconds.</summary>
internal sealed class CakeBuildLog(ICakeLog log) : IBuildLog
{
    private static readonly TimeSpan s_terminalInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_pipeInterval = TimeSpan.FromSeconds(10);
    private readonly Lock _lock = new();
    private readonly bool _isTerminal = !Console.IsOutputRedirected && log.Verbosity >= Verbosity.Normal;
    private long _lastProgress;
    private string? _lastStage;
    private int _progressWidth;

    public void Information(string message) => Write(Verbosity.Normal, LogLevel.Information, message);

    public void Debug(string message) => Write(Verbosity.Diagnostic, LogLevel.Debug, message);

    public void Warning(string message) => Write(Verbosity.Minimal, LogLevel.Warning, message);

    public void Progress(string stage, double? share, string? detail = null)
    {
        lock (_lock)
        {
            var interval = _isTerminal ? s_terminalInterval : s_pipeInterval;
            if (stage == _lastStage && Stopwatch.GetElapsedTime(_lastProgress) < interval)
                return;
            _lastProgress = Stopwatch.GetTimestamp();
            _lastStage = stage;
            var text = share is { } done ? $"{stage} {Math.Clamp(done, 0, 1), 4:P0}" : stage;
            if (detail is not null)
                text += $" ({detail})";
            if (!_isTerminal)
            {
                log.Write(Verbosity.Normal, LogLevel.Information, "{0}", text);
                return;
            }
            var width = Math.Max(20, Console.WindowWidth - 1);
            text = text.Length > width ? text[..width] : text;
            Console.Write("\r" + text.PadRight(_progressWidth));
            _progressWidth = text.Length;
        }
    }

    private void Write(Verbosity verbosity, LogLevel level, string message)
    {
        lock (_lock)
        {
            if (_progressWidth > 0)
                Console.Write("\r" + new string(' ', _progressWidth) + "\r");
            _progressWidth = 0;
            // The message is an argument and not the format: it may hold braces.
            log.Write(verbosity, level, "{0}", message);
        }
    }
}
