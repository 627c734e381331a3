using System.Security.Cryptography;
using System.Text;
using Oxidizer.Cache;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Distributions;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Bytecode;

/// <summary>
/// The keys of bytecode. They hold no target and no folder, so that all targets of a Python version and all checkouts share the code.
/// </summary>
/// <param name="python">What compiles, as <see cref="Identify"/> says it.</param>
internal sealed class CodeKeys(string python)
{
    /// <summary>Raised when the same source gives other bytes. 1: first.</summary>
    public const int Version = 1;

    /// <summary>Identifies the compiler. The magic number is not enough: all releases of 3.11 have the same, but a fix may change the
    /// compiler. An interpreter that the configuration names is identified by its file, and by the library that its compiler is in. Our own
    /// part, the worker's script, belongs to it.</summary>
    public static string Identify(Distribution distribution, string? interpreter, IActionCache cache) =>
        $"{distribution.CacheTag} {distribution.BytecodeMagic} {(interpreter is not null && File.Exists(interpreter) ? DigestList.Of([cache.DigestFile(interpreter), .. LibrariesOf(interpreter, distribution).Select(cache.DigestFile)]).ToString() : distribution.Version)} {CompileWorker.ScriptDigest.ToShortString()}";

    /// <summary>One module's code.</summary>
    public ActionKey Module(ModuleSource module)
    {
        var builder = new ActionKeyBuilder(ActionKinds.CompileBytecode, Version)
            .Add("path", module.RelativePath)
            .Add("source", module.File.Digest)
            .Add("optimize level", module.OptimizeLevel)
            .Add("python", python);
        // The field is added only if it is set, so that the keys of all other modules do not change.
        return (module.MayNotCompile ? builder.Add("refusal", "packed as source, and told") : builder).Build();
    }

    /// <summary>The code of a whole rule.</summary>
    public ActionKey Segment(IReadOnlyList<ModuleSource> modules)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> digest = stackalloc byte[Sha256Digest.Size];
        foreach (var module in modules)
        {
            // A path holds no NUL and a digest has a fixed size, so the text is unambiguous.
            hash.AppendData(Encoding.UTF8.GetBytes(module.RelativePath + "\0"));
            module.File.Digest.CopyTo(digest);
            hash.AppendData(digest);
            hash.AppendData([(byte)(module.OptimizeLevel | (module.MayNotCompile ? 0xc0 : 0))]);
        }
        hash.GetHashAndReset(digest);
        return new ActionKeyBuilder("bytecode_segment", Version)
            .Add("modules", new Sha256Digest(digest))
            .Add("count", modules.Count)
            .Add("python", python)
            .Build();
    }

    /// <summary>The key under which a segment is made, so that of two builds only one makes it.</summary>
    public ActionKey SingleFlight(ActionKey segment) =>
        new ActionKeyBuilder("bytecode_flight", Version).Add("segment", segment.Digest).Build();

    /// <summary>
    /// Where the newest segment of a rule is found, whatever its sources were: first of this very rule, then of a rule that brings the same
    /// top-level names in another checkout. It is only a hint: each entry is checked before it is used.
    /// </summary>
    public IReadOnlyList<ActionKey> Heads(string origin, IReadOnlyList<ModuleSource> modules) =>
        [
            new ActionKeyBuilder("bytecode_head", Version).Add("rule", origin).Add("python", python).Build(),
            new ActionKeyBuilder("bytecode_head", Version)
                .Add(
                    "packages",
                    modules.Select(module => module.Name.Split('.')[0]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
                )
                .Add("python", python)
                .Build(),
        ];

    // An interpreter that was built shared is a small program, which the next release may leave as it is. The library lies in the folders
    // of the installation.
    private static IEnumerable<string> LibrariesOf(string interpreter, Distribution distribution)
    {
        var program = File.ResolveLinkTarget(interpreter, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(interpreter);
        var root = Path.GetDirectoryName(Path.GetDirectoryName(program)) ?? "/";
        return new[] { "lib", "lib64", $"lib/{TargetTriple.Host.Multiarch}" }
            .SelectMany(folder =>
                new[] { "", "t", "d", "td" }.Select(abi => Path.Combine(root, folder, $"libpython{distribution.MajorMinor}{abi}.so.1.0"))
            )
            .Where(File.Exists);
    }
}
