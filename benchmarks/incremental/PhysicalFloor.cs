using System.Diagnostics;
using System.Security.Cryptography;

namespace Oxidizer.Benchmarks;

/// <summary>The least that any build tool must do: look at every input, read what changed, and write the product.</summary>
internal sealed class PhysicalFloor(string folder, string productPath)
{
    public const string UnchangedName = "stat of all inputs and the product";
    public const string OneModuleName = "stat of all inputs, hash of the changed one, durable copy of the product";

    private readonly string _copy = productPath + ".floor";
    private readonly List<double> _copies = [];

    /// <summary>How long the copy of the product takes, in seconds, flush to the disk included.</summary>
    public Sample Copies => new(_copies);

    /// <summary>Seconds to walk the program's folder and ask size and time of each file.</summary>
    public double Unchanged()
    {
        var started = Stopwatch.GetTimestamp();
        Stat();
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    /// <summary>Seconds to do the same, hash the changed file, and copy the product beside itself.</summary>
    public double OneModule(string changed)
    {
        var started = Stopwatch.GetTimestamp();
        Stat();
        SHA256.HashData(File.ReadAllBytes(changed));
        var copying = Stopwatch.GetTimestamp();
        File.Copy(productPath, _copy, overwrite: true);
        using (var handle = File.OpenHandle(_copy, FileMode.Open, FileAccess.ReadWrite))
            RandomAccess.FlushToDisk(handle);
        var ended = Stopwatch.GetTimestamp();
        File.Delete(_copy);
        _copies.Add(Stopwatch.GetElapsedTime(copying, ended).TotalSeconds);
        return Stopwatch.GetElapsedTime(started, ended).TotalSeconds;
    }

    private void Stat()
    {
        long total = new FileInfo(productPath).Length;
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories))
            total += file.Length + file.LastWriteTimeUtc.Ticks;
        GC.KeepAlive(total);
    }
}
