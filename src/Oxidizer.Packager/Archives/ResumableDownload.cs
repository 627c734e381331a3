using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using Oxidizer.Cache;
using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Archives;

/// <summary>
/// One file over HTTP, by as many requests as it takes. After a cut the rest is asked for with <c>Range</c> and <c>If-Range</c> (RFC 9110,
/// 13.1.5 and 14), if the server gave a strong <c>ETag</c> or a <c>Last-Modified</c> that tells whether it still has the same file;
/// otherwise the file is asked for from its start.
/// </summary>
internal sealed class ResumableDownload(
    Uri address,
    string path,
    DownloadPatience patience,
    Action<long, long?> progress,
    CancellationToken cancellation
) : IDisposable
{
    private const int BufferSize = 1 << 17,
        MostRedirects = 10;

    private readonly HttpClient _client = new(
        new SocketsHttpHandler
        {
            MaxAutomaticRedirections = MostRedirects,
            ConnectTimeout = patience.Silence,
            // The archive's digest is of the bytes as they are published.
            AutomaticDecompression = DecompressionMethods.None,
        }
    )
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    private RangeConditionHeaderValue? _validator;
    private IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _received;

    /// <summary>Whether the file was put together from parts of several replies.</summary>
    public bool WasResumed { get; private set; }

    /// <summary>Downloads, and gives the digest of what came.</summary>
    /// <exception cref="DownloadRefusedException">The server has nothing there for us.</exception>
    /// <exception cref="EnvironmentFailureException">Too many attempts failed, or the file cannot be written.</exception>
    public Sha256Digest Run()
    {
        using var file = OpenFile();
        var delay = patience.FirstDelay;
        for (var failures = 0; ; )
        {
            var before = _received;
            try
            {
                AttemptAsync(file).GetAwaiter().GetResult();
                return Digest();
            }
            catch (Exception exception) when (IsPassing(exception))
            {
                cancellation.ThrowIfCancellationRequested();
                // After progress the attempts are counted from zero.
                if (_received > before)
                    (failures, delay) = (0, patience.FirstDelay);
                if (++failures >= patience.Attempts)
                    throw GiveUp(exception);
                Pause(exception is RetryLaterException { After: { } asked } ? asked : delay);
                delay = Shorter(delay * 2, patience.LongestDelay);
            }
        }
    }

    /// <summary>Downloads from the start, as if nothing had come before.</summary>
    public Sha256Digest RunAfresh()
    {
        _validator = null;
        WasResumed = false;
        return Run();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _client.Dispose();
        _hash.Dispose();
    }

    private async Task AttemptAsync(FileStream file)
    {
        using var silence = new CancellationTokenSource(patience.Silence, patience.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, silence.Token);
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.UserAgent.Add(
            new ProductInfoHeaderValue("Oxidizer", typeof(ResumableDownload).Assembly.GetName().Version?.ToString(3))
        );
        if (_received > 0 && _validator is not null)
        {
            request.Headers.Range = new RangeHeaderValue(_received, null);
            request.Headers.IfRange = _validator;
        }
        using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
        var whole = Accept(response, file);
        await using var body = await response.Content.ReadAsStreamAsync(either.Token).ConfigureAwait(false);
        await ReceiveAsync(body, file, whole, silence, either.Token).ConfigureAwait(false);
        if (whole is not null && _received != whole)
            throw new HttpIOException(HttpRequestError.ResponseEnded, $"the connection ended after {_received} of {whole} bytes");
    }

    /// <summary>Checks a reply's head, and moves to the place in the file where its body belongs.</summary>
    /// <returns>The length of the whole file, if the server tells.</returns>
    private long? Accept(HttpResponseMessage response, FileStream file)
    {
        var range = response.Content.Headers.ContentRange;
        if (response.StatusCode == HttpStatusCode.PartialContent && range?.From == _received && _received > 0)
        {
            WasResumed = true;
            return range.Length;
        }
        if (response.StatusCode is HttpStatusCode.PartialContent or HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            // A part that was not asked for, or a file that is shorter now.
            _validator = null;
            throw new HttpRequestException($"the server sent another part than was asked for ({(int)response.StatusCode})");
        }
        if (response.StatusCode != HttpStatusCode.OK)
            throw Judge(response);
        Restart(file);
        _validator =
            response.Headers.ETag is { IsWeak: false } tag ? new RangeConditionHeaderValue(tag)
            : response.Content.Headers.LastModified is { } date ? new RangeConditionHeaderValue(date)
            : null;
        var length = response.Content.Headers.ContentLength;
        return length > patience.LongestArchive ? throw TooLong() : length;
    }

    private async Task ReceiveAsync(Stream body, FileStream file, long? whole, CancellationTokenSource silence, CancellationToken either)
    {
        var buffer = new byte[BufferSize];
        while (true)
        {
            silence.CancelAfter(patience.Silence);
            var count = await body.ReadAsync(buffer, either).ConfigureAwait(false);
            if (count == 0)
                return;
            if (_received + count > patience.LongestArchive)
                throw TooLong();
            Guard(() => file.Write(buffer, 0, count));
            _hash.AppendData(buffer, 0, count);
            _received += count;
            progress(_received, whole);
        }
    }

    private void Restart(FileStream file)
    {
        Guard(() => file.SetLength(0));
        _hash.Dispose();
        _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        _received = 0;
    }

    private static Exception Judge(HttpResponseMessage response)
    {
        var status = (int)response.StatusCode;
        var said = $"the server says {status} ({response.ReasonPhrase})";
        var after = response.Headers.RetryAfter;
        return status switch
        {
            408 or 429 or >= 500 => new RetryLaterException(said, after?.Delta ?? after?.Date - DateTimeOffset.UtcNow),
            >= 300 and < 400 => new DownloadRefusedException(
                $"{said}: it redirects more than {MostRedirects} times, or from `https:` to `http:`; check `url`"
            ),
            401 or 403 => new DownloadRefusedException($"{said}; check that the address needs no sign-in"),
            _ => new DownloadRefusedException($"{said}; check `url`"),
        };
    }

    // Failures that the next attempt may not meet. If a token other than the build's was cancelled, the server was silent for too long.
    private static bool IsPassing(Exception exception) =>
        exception is HttpRequestException or HttpIOException or RetryLaterException or OperationCanceledException or SocketException
        || exception is IOException;

    private EnvironmentFailureException GiveUp(Exception exception)
    {
        var reason =
            exception is OperationCanceledException
                ? FormattableString.Invariant($"the server sent nothing for {patience.Silence.TotalSeconds:0.##} s")
                : exception.Message.TrimEnd('.');
        return new EnvironmentFailureException(
            DiagnosticKinds.DownloadFailed,
            "fetch",
            Download.Shown(address),
            $"{reason} ({patience.Attempts} attempts); check the network and the proxy (`HTTPS_PROXY`), or download the archive and name it in `local_path`",
            exception
        );
    }

    private void Pause(TimeSpan delay)
    {
        var bounded = Shorter(delay < TimeSpan.Zero ? TimeSpan.Zero : delay, patience.LongestDelay);
        cancellation.WaitHandle.WaitOne(bounded);
        cancellation.ThrowIfCancellationRequested();
    }

    private static TimeSpan Shorter(TimeSpan left, TimeSpan right) => left < right ? left : right;

    private DownloadRefusedException TooLong() => new($"it is longer than {patience.LongestArchive >> 20} MiB; check `url`");

    private Sha256Digest Digest()
    {
        Span<byte> digest = stackalloc byte[Sha256Digest.Size];
        _hash.GetCurrentHash(digest);
        return new Sha256Digest(digest);
    }

    private FileStream OpenFile()
    {
        FileStream? file = null;
        Guard(() => file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0));
        return file!;
    }

    private void Guard(Action write)
    {
        try
        {
            write();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new EnvironmentFailureException(
                DiagnosticKinds.TreeNotWritten,
                "write",
                path,
                $"{exception.Message}; make room in the temporary folder (`TMPDIR`)",
                exception
            );
        }
    }

    private sealed class RetryLaterException(string message, TimeSpan? after) : Exception(message)
    {
        public TimeSpan? After { get; } = after;
    }
}
