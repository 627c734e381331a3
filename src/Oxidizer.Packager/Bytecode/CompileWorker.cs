using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using Oxidizer.Cache;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Processes;

namespace Oxidizer.Packager.Bytecode;

/// <summary>What a worker answered.</summary>
/// <param name="Code">Marshalled code as the worker wrote it; <c>null</c> when the source was refused.</param>
/// <param name="Warnings">What Python warned of.</param>
/// <param name="Line">Of the refusal; 0 when Python said none.</param>
/// <param name="Column">Of the refusal; 0 when Python said none.</param>
/// <param name="Message">Of the refusal.</param>
internal sealed record CompileAnswer(
    byte[]? Code,
    IReadOnlyList<CompileWarning> Warnings,
    int Line = 0,
    int Column = 0,
    string Message = ""
);

/// <summary>A worker ended, did not answer in time, or sent an invalid answer.</summary>
internal sealed class CompileWorkerLostException(string message) : Exception(message);

/// <summary>A Python process that compiles one source after the other; <c>compile_worker.py</c> draws the messages. For one thread at a
/// time.</summary>
internal sealed class CompileWorker : IDisposable
{
    private const int MaxAnswer = 1 << 30;
    private static readonly string s_script = ReadScript();

    /// <summary>Of the script: another one may make other code of the same source.</summary>
    public static Sha256Digest ScriptDigest { get; } = Sha256Digest.Of(s_script);

    private readonly Process _process;
    private readonly Stream _input,
        _output;
    private readonly TimeSpan _patience;
    private readonly CancellationTokenRegistration _killOnCancel;
    private readonly StringBuilder _errors = new();
    private bool _impatient;

    /// <summary>Starts a worker and waits for its first message.</summary>
    /// <param name="interpreter">The Python.</param>
    /// <param name="patience">How long an answer may take.</param>
    /// <param name="cancellation">Ends the process.</param>
    /// <exception cref="EnvironmentFailureException">It cannot be started.</exception>
    /// <exception cref="CompileWorkerLostException">It ended, or did not send its first message.</exception>
    public CompileWorker(string interpreter, TimeSpan patience, CancellationToken cancellation)
    {
        _patience = patience;
        // The script is passed as an argument, so that no file must be written.
        _process = ChildProcess.Start(new Command(interpreter, ["-I", "-S", "-B", "-c", s_script]));
        _killOnCancel = cancellation.Register(Kill);
        _input = _process.StandardInput.BaseStream;
        _output = _process.StandardOutput.BaseStream;
        _process.ErrorDataReceived += (_, line) =>
        {
            lock (_errors)
                _errors.AppendLine(line.Data);
        };
        _process.BeginErrorReadLine();
        try
        {
            var greeting = Receive();
            if (greeting.Length < 5)
                throw Lost("sent an unexpected first message");
            Magic = Convert.ToHexStringLower(greeting.AsSpan(0, 4));
            CacheTag = Encoding.UTF8.GetString(greeting.AsSpan(4));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The magic number of the bytecode that it makes, in hexadecimal.</summary>
    public string Magic { get; }

    /// <summary>Such as <c>cpython-311</c>.</summary>
    public string CacheTag { get; }

    /// <summary>Compiles a source.</summary>
    /// <param name="source">Its bytes; Python finds out their encoding.</param>
    /// <param name="path">The file name that the code object carries.</param>
    /// <param name="level">0, 1 or 2.</param>
    /// <exception cref="CompileWorkerLostException">The worker can no longer be used.</exception>
    public CompileAnswer Compile(ReadOnlySpan<byte> source, string path, int level)
    {
        var name = Encoding.UTF8.GetBytes(path);
        var message = new byte[9 + name.Length + source.Length];
        BinaryPrimitives.WriteInt32LittleEndian(message, message.Length - 4);
        message[4] = (byte)level;
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(5), name.Length);
        name.CopyTo(message, 9);
        source.CopyTo(message.AsSpan(9 + name.Length));
        return Parse(Exchange(message));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _killOnCancel.Dispose();
        Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private void Kill() => ChildProcess.Kill(_process);

    private byte[] Exchange(byte[] message)
    {
        try
        {
            _input.Write(message);
            _input.Flush();
        }
        catch (IOException)
        {
            // The pipe is closed, so the worker has ended. Its error stream says why, and Receive reports that.
        }
        return Receive();
    }

    private byte[] Receive()
    {
        using var watchdog = new Timer(
            _ =>
            {
                _impatient = true;
                Kill();
            },
            null,
            _patience,
            Timeout.InfiniteTimeSpan
        );
        var header = new byte[4];
        if (_output.ReadAtLeast(header, 4, throwOnEndOfStream: false) < 4)
            throw Lost("ended");
        var length = BinaryPrimitives.ReadInt32LittleEndian(header);
        if (length is < 0 or > MaxAnswer)
            throw Lost("sent an invalid answer");
        var body = new byte[length];
        if (_output.ReadAtLeast(body, length, throwOnEndOfStream: false) < length)
            throw Lost("ended");
        return body;
    }

    private CompileAnswer Parse(ReadOnlySpan<byte> answer)
    {
        try
        {
            var refused = answer[0] != 0;
            answer = answer[1..];
            var warnings = new CompileWarning[TakeInt(ref answer)];
            for (var index = 0; index < warnings.Length; index++)
                warnings[index] = new CompileWarning(TakeInt(ref answer), TakeText(ref answer, TakeInt(ref answer)));
            return refused
                ? new CompileAnswer(null, warnings, TakeInt(ref answer), TakeInt(ref answer), Encoding.UTF8.GetString(answer))
                : new CompileAnswer(answer.ToArray(), warnings);
        }
        catch (Exception exception) when (exception is ArgumentOutOfRangeException or IndexOutOfRangeException or OverflowException)
        {
            throw Lost("sent an invalid answer");
        }
    }

    private CompileWorkerLostException Lost(string what)
    {
        Kill();
        _process.WaitForExit();
        string errors;
        lock (_errors)
            errors = _errors.ToString().Trim();
        var how =
            _impatient ? $"did not answer for {_patience.TotalSeconds:0.#} s"
            : what == "ended" ? $"ended with exit code {_process.ExitCode}"
            : what;
        return new CompileWorkerLostException(errors.Length == 0 ? how : $"{how}: {errors}");
    }

    private static int TakeInt(ref ReadOnlySpan<byte> bytes)
    {
        var value = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        bytes = bytes[4..];
        return value;
    }

    private static string TakeText(ref ReadOnlySpan<byte> bytes, int length)
    {
        var text = Encoding.UTF8.GetString(bytes[..length]);
        bytes = bytes[length..];
        return text;
    }

    private static string ReadScript()
    {
        using var stream =
            typeof(CompileWorker).Assembly.GetManifestResourceStream("Bytecode/compile_worker.py")
            ?? throw new InvalidOperationException("the compile worker's script is not in the assembly; please report this");
        return new StreamReader(stream).ReadToEnd();
    }
}
