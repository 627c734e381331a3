using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Oxidizer.Packager.Tests.Archives;

/// <summary>An HTTP/1.1 server on the loopback whose every reply is decided by its test, down to the byte at which the connection
/// breaks.</summary>
internal sealed class FlakyServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<ServedRequest, Reply> _answer;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;
    private readonly ConcurrentBag<Task> _answering = [];
    private int _count;

    public FlakyServer(Func<ServedRequest, Reply> answer)
    {
        _answer = answer;
        _listener.Start();
        _serving = Task.Run(ServeAsync);
    }

    /// <summary>The address of a file of this name.</summary>
    public string Url(string name) => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/releases/{name}";

    /// <summary>What was asked for so far.</summary>
    public ConcurrentQueue<ServedRequest> Requests { get; } = new();

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Stop();
        _serving.Wait();
        Task.WaitAll([.. _answering]);
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                _answering.Add(AnswerAsync(client));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // The test is over, and the listener closed.
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        using var connection = client;
        try
        {
            var stream = client.GetStream();
            var request = await ReadAsync(stream);
            Requests.Enqueue(request);
            var reply = _answer(request);
            await stream.WriteAsync(
                Encoding.ASCII.GetBytes(
                    $"HTTP/1.1 {reply.Status}\r\nConnection: close\r\n{string.Concat(reply.Headers.Select(header => header + "\r\n"))}\r\n"
                ),
                _stop.Token
            );
            var sent = reply.Body.AsMemory(0, reply.BreakAfter ?? reply.Body.Length);
            foreach (var start in Enumerable.Range(0, (sent.Length + reply.Piece - 1) / reply.Piece).Select(index => index * reply.Piece))
            {
                if (reply.MayGoOn is not null)
                    await reply.MayGoOn.WaitAsync(_stop.Token);
                await stream.WriteAsync(sent.Slice(start, Math.Min(reply.Piece, sent.Length - start)), _stop.Token);
            }
            if (reply.Hang)
                await Task.Delay(Timeout.Infinite, _stop.Token);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The client went away, as a cancelled one does, or the test is over.
        }
    }

    private async Task<ServedRequest> ReadAsync(NetworkStream stream)
    {
        var text = new StringBuilder();
        var one = new byte[1];
        while (!text.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(one, _stop.Token) > 0)
            text.Append((char)one[0]);
        var lines = text.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var headers = lines
            .Skip(1)
            .Select(line => line.Split(": ", 2))
            .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.OrdinalIgnoreCase);
        return new ServedRequest(Interlocked.Increment(ref _count), lines.Length == 0 ? "" : lines[0].Split(' ')[1], headers);
    }
}

/// <summary>A request.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Path">What was asked for.</param>
/// <param name="Headers">With these headers.</param>
internal sealed record ServedRequest(int Number, string Path, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>Where the wanted part starts; 0 when the whole was asked for.</summary>
    public int Start => Headers.TryGetValue("Range", out var range) ? int.Parse(range["bytes=".Length..].TrimEnd('-')) : 0;
}

/// <summary>A reply.</summary>
/// <param name="Status">Such as <c>200 OK</c>.</param>
/// <param name="Body">The whole body.</param>
/// <param name="Headers">Complete lines.</param>
internal sealed record Reply(string Status, byte[] Body, params string[] Headers)
{
    /// <summary>The connection breaks after so many bytes of the body.</summary>
    public int? BreakAfter { get; init; }

    /// <summary>How many bytes are sent at once.</summary>
    public int Piece { get; init; } = 1 << 20;

    /// <summary>Taken before each piece, if it is there: the test says when the next one is sent.</summary>
    public SemaphoreSlim? MayGoOn { get; init; }

    /// <summary>Whether the connection is held open after the body, and nothing more is sent.</summary>
    public bool Hang { get; init; }

    /// <summary>The whole file, with its length and a tag.</summary>
    public static Reply Whole(byte[] content, string tag = "\"v1\"") =>
        new("200 OK", content, $"Content-Length: {content.Length}", $"ETag: {tag}");

    /// <summary>The rest of the file.</summary>
    public static Reply Part(byte[] content, int start, string tag = "\"v1\"") =>
        new(
            "206 Partial Content",
            content[start..],
            $"Content-Length: {content.Length - start}",
            $"Content-Range: bytes {start}-{content.Length - 1}/{content.Length}",
            $"ETag: {tag}"
        );

    /// <summary>As an honest server does it: the rest if the tag is still that of the file, else the whole.</summary>
    public static Reply Serve(ServedRequest request, byte[] content, string tag = "\"v1\"") =>
        request.Start > 0 && request.Headers.GetValueOrDefault("If-Range") == tag ? Part(content, request.Start, tag) : Whole(content, tag);
}
