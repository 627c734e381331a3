using System.Diagnostics;
using System.Globalization;
using Oxidizer.Cache;
using Oxidizer.Packager.Processes;

namespace Oxidizer.Benchmarks;

/// <summary>
/// Two processes store into one cache and say what was acknowledged; both are killed at moments of their own. Then every acknowledged entry
/// must
/// be there with the right bytes. The same cache is used in all rounds, with whatever the kills left in it.
/// </summary>
internal sealed class KillRounds(Suite suite)
{
    private const int KilledByUs = 128 + 9;
    private const int ChildrenPerRound = 2;
    private const int NumbersPerChild = 100_000;
    private readonly string _folder = Path.Combine(suite.WorkFolder, "kills");
    private readonly Random _random = new(1);
    private readonly List<int> _acknowledged = [];
    private readonly List<string> _complaints = [];
    private int _kills;
    private int _failed;

    public void Run()
    {
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
        var lost = new HashSet<int>();
        var wrong = new HashSet<int>();
        for (var child = 0; _kills + _failed < suite.Options.Kills; child += ChildrenPerRound)
        {
            var before = _acknowledged.Count;
            Task.WaitAll([.. Enumerable.Range(child, ChildrenPerRound).Select(KillOne)]);
            // The new ones, and some of before: a kill can harm what was stored long ago.
            var older = Enumerable.Range(0, Math.Min(200, before)).Select(_ => _acknowledged[_random.Next(before)]);
            Verify([.. _acknowledged.Skip(before), .. older], lost, wrong);
        }
        Verify(_acknowledged, lost, wrong);
        var note = $"{_acknowledged.Count} acknowledged entries, {ChildrenPerRound} processes at once";
        Add("kills", _kills, note);
        Add("kills-lost", lost.Count, note);
        Add("kills-wrong", wrong.Count, note);
        Add("kills-failed-builds", _failed, _complaints.Count == 0 ? note : string.Join("\n", _complaints.Take(5)));
    }

    private async Task KillOne(int child)
    {
        int delay;
        lock (_random)
            delay = _random.Next(50, 900);
        using var process = ChildProcess.Start(Child.CommandFor("kill", _folder, child.ToString(CultureInfo.InvariantCulture)));
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await Task.Delay(delay).ConfigureAwait(false);
        process.Kill();
        await process.WaitForExitAsync().ConfigureAwait(false);
        var numbers = Acknowledged(await output.ConfigureAwait(false));
        lock (_acknowledged)
        {
            _acknowledged.AddRange(numbers);
            if (process.ExitCode == KilledByUs)
                _kills++;
            else
                _failed++;
        }
        if (process.ExitCode != KilledByUs)
            lock (_complaints)
                _complaints.Add($"child {child} ended by itself with exit code {process.ExitCode}: {error.Result.Split('\n')[0]}");
    }

    // A line that has no end was cut by the kill: it was not acknowledged.
    private static IEnumerable<int> Acknowledged(string output) =>
        output[..(output.LastIndexOf('\n') + 1)]
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(line => Enumerable.Range(int.Parse(line, CultureInfo.InvariantCulture), KillChild.BatchSize));

    private void Verify(IReadOnlyCollection<int> numbers, HashSet<int> lost, HashSet<int> wrong)
    {
        using var store = new OxidizerStore(_folder);
        var found = store.Cache.FindMany([.. numbers.Select(Entry.KeyOf)]);
        foreach (var number in numbers)
        {
            var content = found.GetValueOrDefault(Entry.KeyOf(number).Digest) is { } record
                ? store.Cache.TryRead(record.Outputs[0].Digest)
                : null;
            if (content is null)
                lost.Add(number);
            else if (!content.AsSpan().SequenceEqual(Entry.ContentOf(number, KillChild.EntryBytes)))
                wrong.Add(number);
        }
    }

    private void Add(string id, int count, string note) => suite.Add(new Case(id, Metric.Count, Sample.Of(count)) { Note = note });

    /// <summary>The first number of a child's entries.</summary>
    public static int FirstOf(int child) => child % (int.MaxValue / NumbersPerChild) * NumbersPerChild;
}

/// <summary>Stores batch after batch until it is killed, and prints the first number of each that was acknowledged.</summary>
internal static class KillChild
{
    public const int BatchSize = 10;
    public const int EntryBytes = 4 * 1024;

    public static void Run(string[] arguments)
    {
        var number = KillRounds.FirstOf(int.Parse(arguments[1], CultureInfo.InvariantCulture));
        using var store = new OxidizerStore(arguments[0]);
        // A parent that went away does not leave its children behind.
        for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(30); number += BatchSize)
        {
            store.Add(number, BatchSize, EntryBytes);
            if (store.Cache.Warnings.Count > 0)
                throw new BenchmarkFailedException(store.Cache.Warnings[0].Message);
            Console.Out.WriteLine(number.ToString(CultureInfo.InvariantCulture));
        }
    }
}
