using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using System.Text.Unicode;
using Oxidizer.Cache;
using Oxidizer.Cache.Files;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Distributions;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Bytecode;

/// <summary>Compiles many modules with as many workers as the build may use. A source that Python refuses is a diagnostic; the others are
/// still compiled.</summary>
internal sealed partial class CompilePool(string interpreter, Distribution distribution, BuildContext context, TimeSpan patience)
{
    // Below this many modules a second worker costs more to start than it saves.
    private const int ModulesPerWorker = 6;

    // One source may break a worker. If several workers are lost, something else is wrong.
    private const int MaxLostWorkers = 3;

    private readonly ConcurrentDictionary<ModuleSource, CompileResult> _results = new(ReferenceEqualityComparer.Instance);
    private readonly ConcurrentDictionary<Exception, bool> _failures = new();
    private int _lost;

    /// <summary>Compiles. A module that is missing from the answer has a diagnostic.</summary>
    /// <exception cref="BuildFailedException">The interpreter is not the right one, or no worker starts.</exception>
    public IReadOnlyDictionary<ModuleSource, CompileResult> Compile(IReadOnlyCollection<ModuleSource> modules)
    {
        // Large ones first, so that no worker starts the longest one last.
        var queue = new ConcurrentQueue<ModuleSource>(modules.OrderByDescending(module => module.File.Size));
        var count = Math.Clamp(modules.Count / ModulesPerWorker, 1, context.Parallelism);
        var threads = Enumerable.Range(0, count).Select(_ => new Thread(() => Drain(queue, modules.Count))).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        context.Cancellation.ThrowIfCancellationRequested();
        if (_failures.Keys.FirstOrDefault() is { } failure)
            throw failure;
        return _results;
    }

    private void Drain(ConcurrentQueue<ModuleSource> queue, int total)
    {
        CompileWorker? worker = null;
        try
        {
            while (_failures.IsEmpty && !context.Cancellation.IsCancellationRequested && queue.TryDequeue(out var module))
            {
                if (ReadSource(module) is not { } source)
                    continue;
                worker ??= Start();
                if (!TryCompile(worker, module, source))
                {
                    worker.Dispose();
                    worker = null;
                }
                context.Log.Progress("compile bytecode", (double)(total - queue.Count) / total, module.RelativePath);
            }
        }
        catch (Exception exception)
        {
            // The waiting thread throws it.
            _failures.TryAdd(exception, true);
        }
        finally
        {
            worker?.Dispose();
        }
    }

    private CompileWorker Start()
    {
        CompileWorker worker;
        try
        {
            worker = new CompileWorker(interpreter, patience, context.Cancellation);
        }
        catch (CompileWorkerLostException lost)
        {
            throw new BuildFailedException(
                DiagnosticKinds.CompileWorkerNotStarted,
                $"`{interpreter}` does not start as a compile worker: it {lost.Message}; name a Python {distribution.MajorMinor} that runs on this machine as [python_distribution] interpreter"
            );
        }
        if (
            !string.Equals(worker.Magic, distribution.BytecodeMagic, StringComparison.OrdinalIgnoreCase)
            || worker.CacheTag != distribution.CacheTag
        )
        {
            worker.Dispose();
            throw new BuildFailedException(
                DiagnosticKinds.InterpreterMismatch,
                $"`{interpreter}` makes bytecode of `{worker.CacheTag}` (magic {worker.Magic}), and `{distribution.Name}` runs that of `{distribution.CacheTag}` (magic {distribution.BytecodeMagic}); "
                    + $"name a Python {distribution.Version} as [python_distribution] interpreter"
            );
        }
        return worker;
    }

    // False if the worker can no longer be used.
    private bool TryCompile(CompileWorker worker, ModuleSource module, byte[] source)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            var answer = worker.Compile(source, module.RelativePath, module.OptimizeLevel);
            if (answer.Code is { } code)
                _results[module] = new CompileResult(
                    CanonicalMarshal.Rewrite(code),
                    answer.Warnings,
                    Stopwatch.GetElapsedTime(started).TotalSeconds
                );
            else
                Refuse(module, source, answer, Stopwatch.GetElapsedTime(started).TotalSeconds);
            return true;
        }
        catch (CompileWorkerLostException lost)
        {
            if (context.Cancellation.IsCancellationRequested)
                return false;
            context.Diagnostics.Add(
                DiagnosticKinds.CompileWorkerLost,
                $"the compile worker {lost.Message}; does `{interpreter} -m py_compile` take this source? leave it out with `excludes` if it is not needed",
                new SourceLocation(module.File.Path)
            );
            if (Interlocked.Increment(ref _lost) >= MaxLostWorkers)
                context.Diagnostics.ThrowIfErrors();
            return false;
        }
    }

    private void Refuse(ModuleSource module, byte[] source, CompileAnswer answer, double seconds)
    {
        var nul = Array.IndexOf(source, (byte)0);
        var line = answer.Line == 0 && nul >= 0 ? LineOf(source, nul) : answer.Line;
        if (module.MayNotCompile)
        {
            context.Log.Debug($"`{module.Name}` does not compile, but need not: only its source is packed ({answer.Message})");
            _results[module] = new CompileResult([], [new CompileWarning(line, answer.Message)], seconds);
            return;
        }
        context.Diagnostics.Add(
            DiagnosticKinds.SourceNotCompilable,
            $"`{module.Name}` does not compile: {answer.Message}; correct it, or leave it out with `excludes`",
            new SourceLocation(module.File.Path, line, line == 0 ? 0 : answer.Column)
        );
    }

    private byte[]? ReadSource(ModuleSource module)
    {
        byte[] source;
        try
        {
            source = RegularFile.ReadAllBytes(module.File.Path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            context.Diagnostics.Add(
                DiagnosticKinds.SourceChanged,
                $"cannot be read: {exception.Message}; build again",
                new SourceLocation(module.File.Path)
            );
            return null;
        }
        // The cache finds the code by the digest, so the compiled bytes must be the digested ones.
        if (Sha256Digest.Of(source) != module.File.Digest)
        {
            context.Diagnostics.Add(
                DiagnosticKinds.SourceChanged,
                "was changed while the build ran; build again",
                new SourceLocation(module.File.Path)
            );
            return null;
        }
        if (!module.MayNotCompile && !Utf8.IsValid(source) && !NamesItsEncoding(source))
        {
            context.Diagnostics.Add(
                DiagnosticKinds.SourceNotUtf8,
                $"`{module.Name}` is not UTF-8; save it as UTF-8, or name its encoding in the first line (`# -*- coding: latin-1 -*-`)",
                new SourceLocation(module.File.Path, LineOf(source, FirstInvalid(source)))
            );
            return null;
        }
        return source;
    }

    // PEP 263: a comment of this form in the first or second line.
    private static bool NamesItsEncoding(byte[] source) =>
        Encoding.Latin1.GetString(source, 0, Math.Min(source.Length, 4096)).Split('\n').Take(2).Any(line => EncodingCookie().IsMatch(line));

    private static int FirstInvalid(byte[] source)
    {
        var offset = 0;
        var rest = source.AsSpan();
        while (!rest.IsEmpty && Rune.DecodeFromUtf8(rest, out _, out var consumed) == System.Buffers.OperationStatus.Done)
        {
            rest = rest[consumed..];
            offset += consumed;
        }
        return offset;
    }

    private static int LineOf(byte[] source, int offset) => source.AsSpan(0, offset).Count((byte)'\n') + 1;

    [GeneratedRegex(@"^[ \t\f]*#.*?coding[:=][ \t]*([-_.a-zA-Z0-9]+)")]
    private static partial Regex EncodingCookie();
}
