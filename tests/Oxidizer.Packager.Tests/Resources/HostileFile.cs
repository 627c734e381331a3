using Oxidizer.Packager.Processes;

namespace Oxidizer.Packager.Tests.Resources;

/// <summary>Things that can stand at a path and are no file to read.</summary>
internal static class HostileFile
{
    /// <summary>Puts one of them at a path, in the place of what is there.</summary>
    public static void Put(string what, string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Delete(path);
        switch (what)
        {
            case "pipe":
                Assert.Equal(0, ChildProcess.Run(new Command("mkfifo", [path])).ExitCode);
                break;
            case "socket":
                Assert.Equal(
                    0,
                    ChildProcess
                        .Run(new Command("python3", ["-c", "import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])", path]))
                        .ExitCode
                );
                break;
            case "device":
                File.CreateSymbolicLink(path, "/dev/zero");
                break;
            case "loop":
                File.CreateSymbolicLink(path, path);
                break;
            case "nowhere":
                File.CreateSymbolicLink(path, "/nowhere/at/all");
                break;
            case "folder":
                Directory.CreateDirectory(path);
                break;
            // The kernel lets nobody read it, not even root.
            case "closed":
                File.CreateSymbolicLink(path, "/proc/sys/vm/drop_caches");
                break;
            default:
                throw new ArgumentException(what);
        }
    }

    /// <summary>Removes a folder that .NET cannot, for such names in it.</summary>
    public static void RemoveBytes(string folder) => Assert.Equal(0, ChildProcess.Run(new Command("rm", ["-rf", folder])).ExitCode);

    /// <summary>Makes a file or folder whose name has bytes that no string of .NET holds.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="name">As <c>printf</c> takes it: <c>caf\351.py</c>.</param>
    /// <param name="command">What makes it.</param>
    public static void PutBytes(string folder, string name, string command = "touch") =>
        Assert.Equal(
            0,
            ChildProcess.Run(new Command("sh", ["-c", $"{command} \"$(printf '{name}')\""]) { WorkingDirectory = folder }).ExitCode
        );
}
