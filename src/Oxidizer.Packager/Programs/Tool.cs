using System.Text;
using Oxidizer.Cache;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Processes;

namespace Oxidizer.Packager.Programs;

/// <summary>A program of the toolchain.</summary>
/// <param name="Path">Where it is, absolute.</param>
/// <param name="Digest">Of its file: what keys depend on.</param>
/// <param name="Version">The first line that it says of itself: what explanations name.</param>
internal sealed record Tool(string Path, Sha256Digest Digest, string Version)
{
    /// <summary>Digests a program and asks it for its version; one that was asked before is not started.</summary>
    /// <exception cref="Diagnostics.EnvironmentFailureException">It cannot be started.</exception>
    public static Tool Identify(string path, BuildContext context)
    {
        var digest = context.Cache.DigestFile(path);
        // A program may answer by the name that it is called by, as `ccache` does behind links.
        var key = new ActionKeyBuilder("tool_version", 2).Add("program", digest).Add("name", System.IO.Path.GetFileName(path)).Build();
        var record = context
            .Cache.GetOrAdd(
                key,
                System.IO.Path.GetFileName(path),
                () =>
                {
                    var result = ChildProcess.Run(new Command(path, ["--version"]), context.Cancellation);
                    var line = Encoding.UTF8.GetBytes(result.Output.Split('\n')[0].Trim());
                    return [new ActionOutput("version", context.Cache.Store(line), line.Length)];
                },
                context.Cancellation
            )
            .Record;
        var version = context.Cache.TryRead(record.Outputs[0].Digest);
        return new Tool(path, digest, version is null ? System.IO.Path.GetFileName(path) : Encoding.UTF8.GetString(version));
    }

    /// <summary>Adds what identifies it to a key; the version is what explanations name.</summary>
    public ActionKeyBuilder AddTo(ActionKeyBuilder key, string name) => key.Add(name, Digest).Add(name + " version", Version);
}
