namespace Oxidizer.Packager.Tests;

/// <summary>A program that a build starts and that would never end: a test acts when it has begun, and sees that it has ended.</summary>
internal sealed class StartedProcess : IDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"oxidizer-started-{Guid.NewGuid():N}");
    private Task? _waiting;
    private int _id;

    /// <summary>Commands of a shell script: it says which process it is, and sleeps.</summary>
    public string SleepWithoutEnd => $"[ -e {_file} ] || {{ echo $$ > {_file}.$$ && mv {_file}.$$ {_file}; }}; exec sleep 100000";

    /// <summary>Cancels as soon as the program runs.</summary>
    public void CancelWhenStarted(CancellationTokenSource cancellation) =>
        _waiting = Task.Run(async () =>
        {
            while (!File.Exists(_file))
                await Task.Delay(5);
            _id = int.Parse(File.ReadAllText(_file));
            cancellation.Cancel();
        });

    /// <summary>It ran, and does not run any more.</summary>
    public void AssertEnds()
    {
        Assert.True(_waiting!.Wait(TimeSpan.FromMinutes(2)), "the program was never started");
        AssertEnds(_id);
    }

    /// <summary>A process was told to end: nobody says when it has, so it is looked for until then.</summary>
    public static void AssertEnds(int id) =>
        Assert.True(SpinWait.SpinUntil(() => !IsRunning(id), TimeSpan.FromMinutes(2)), $"process {id} is still there");

    public void Dispose() => File.Delete(_file);

    // A killed process whose new parent has not asked for it yet is still listed, as a zombie.
    private static bool IsRunning(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/stat").Split(')')[^1].Trim()[0] != 'Z';
        }
        catch (IOException)
        {
            return false;
        }
    }
}
