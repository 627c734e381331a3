using Oxidizer.Packager.Processes;
using Oxidizer.Packager.Programs;

namespace Oxidizer.Benchmarks;

/// <summary>The programs that a benchmark needs beside those of a build: valgrind counts, ccache is a reference.</summary>
internal static class Tools
{
    /// <summary>Where a program is, or <c>null</c>.</summary>
    public static string? Find(string program) => Machine.FindProgram(program);

    /// <summary>Installs a program that is missing, where that can be done without asking: as root, with apt.</summary>
    /// <exception cref="BenchmarkFailedException">It is missing, and cannot be installed.</exception>
    public static void Ensure(string package, string program)
    {
        if (Find(program) is not null)
            return;
        if (Environment.IsPrivilegedProcess && Find("apt-get") is not null)
        {
            Console.Error.WriteLine($"installing {package}");
            var environment = new Dictionary<string, string?> { ["DEBIAN_FRONTEND"] = "noninteractive" };
            var install = new Command("apt-get", ["install", "--yes", "--no-install-recommends", package])
            {
                Sees = ChosenEnvironment.Network,
                Environment = environment,
            };
            if (ChildProcess.Run(install).ExitCode != 0)
            {
                // A fresh machine has no package lists yet, an old one has lists whose files are gone.
                ChildProcess.Run(new Command("apt-get", ["update"]) { Sees = ChosenEnvironment.Network });
                ChildProcess.Run(install);
            }
        }
        if (Find(program) is null)
            throw new BenchmarkFailedException($"`{program}` is needed and not on PATH; install it with `apt-get install {package}`");
    }
}
