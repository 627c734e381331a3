using System.Collections.Immutable;
using System.Text.Json;
using Oxidizer.Packager.Archives;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Distributions;

/// <summary>
/// Reads <c>PYTHON.json</c>, the description that a standalone distribution brings, in its versions 5 to 8 (the standalone project's
/// <c>docs/distributions.rst</c>). Unknown keys are ignored.
/// </summary>
internal sealed class ReadPythonJson
{
    private const int FirstVersion = 5,
        LastVersion = 8,
        MostMistakes = 20;

    private readonly DistributionFiles _files;
    private readonly ArchiveOrigin _origin;
    private readonly DiagnosticBag _diagnostics;
    private readonly List<string> _mistakes = [];
    private readonly SortedSet<string> _missing = new(StringComparer.Ordinal);

    private ReadPythonJson(DistributionFiles files, ArchiveOrigin origin, DiagnosticBag diagnostics) =>
        (_files, _origin, _diagnostics) = (files, origin, diagnostics);

    /// <summary>Reads the description of a distribution.</summary>
    /// <param name="json">The file's bytes.</param>
    /// <param name="files">What the archive holds; each path that the description names must be there.</param>
    /// <param name="origin">The archive, for messages.</param>
    /// <param name="diagnostics">Takes warnings.</param>
    /// <exception cref="BuildFailedException">It cannot be used; all of its mistakes are told.</exception>
    public static Distribution Read(byte[] json, DistributionFiles files, ArchiveOrigin origin, DiagnosticBag diagnostics)
    {
        var reader = new ReadPythonJson(files, origin, diagnostics);
        try
        {
            using var document = JsonDocument.Parse(json);
            return reader.Read(document.RootElement);
        }
        // InvalidOperationException: a text in it is no UTF-8.
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw origin.Failure(
                DiagnosticKinds.PythonJsonInvalid,
                $"its `PYTHON.json` is not JSON ({exception.Message}); fetch the archive again",
                exception
            );
        }
    }

    private Distribution Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
            throw _origin.Failure(DiagnosticKinds.PythonJsonInvalid, "its `PYTHON.json` holds no object; fetch the archive again");
        CheckVersion(root);
        var json = new PythonJsonObject(root, "", _mistakes);
        var (build, paths) = (json.Object("build_info"), json.Object("python_paths"));
        var core = build.Object("core");
        var inittab = build.Text("inittab_object");
        var distribution = new Distribution
        {
            Root = _files.Root,
            ArchiveDigest = _origin.Digest,
            Name = _origin.Name,
            Files = _files,
            Target = new TargetTriple(json.Text("target_triple")),
            Version = json.Text("python_version"),
            MajorMinor = json.Text("python_major_minor_version"),
            CacheTag = json.Text("python_implementation_cache_tag"),
            BytecodeMagic = json.Text("python_bytecode_magic_number"),
            Executable = FilePath(json.Text("python_exe"), "python_exe"),
            StandardLibrary = FolderPath(paths.Text("stdlib"), "python_paths.stdlib"),
            IncludeDirectory = FolderPath(paths.Text("include"), "python_paths.include"),
            TestPackages = json.Texts("python_stdlib_test_packages"),
            ExtensionSuffixes = LongestFirst(json.Object("python_suffixes").Texts("extension")),
            CoreObjects = [.. FilePaths(core.Texts("objs"), "build_info.core.objs").Where(path => path != inittab)],
            InterpreterObjects = core.OptionalTexts("interpreter_objs") ?? [],
            EmbeddingObjects = FilePaths(core.OptionalTexts("embed_objs") ?? [], "build_info.core.embed_objs"),
            CoreLinks = Links(core, "build_info.core"),
            InittabSource = FilePath(build.Text("inittab_source"), "build_info.inittab_source"),
            InittabCFlags = build.Texts("inittab_cflags"),
            Extensions = Extensions(build.Object("extensions")),
            Licenses = json.OptionalTexts("licenses") ?? [],
            LicensePath = json.OptionalText("license_path") is { } license ? LicensePaths([license]).FirstOrDefault() : null,
            Source = Source(root),
            ObjectFileFormat = build.Text("object_file_format"),
            HasMimalloc = json.OptionalObject("python_config_vars")?.OptionalText("WITH_MIMALLOC") == "1",
        };
        CheckReplaced(distribution);
        ThrowIfMistaken();
        return distribution;
    }

    // Not of the format: distributions that are built here have it. What another's key of that name holds is no mistake.
    private static DistributionSource? Source(JsonElement root)
    {
        if (
            !root.TryGetProperty("source", out var source)
            || source.ValueKind != JsonValueKind.Object
            || TextOf(source, "version") is not { } version
        )
            return null;
        var files = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        if (source.TryGetProperty("files", out var list) && list.ValueKind == JsonValueKind.Object)
        {
            foreach (var file in list.EnumerateObject().Where(file => file.Value.ValueKind == JsonValueKind.String))
                files[file.Name] = file.Value.GetString()!;
        }
        return new DistributionSource(TextOf(source, "package"), version, files.ToImmutable());
    }

    private static string? TextOf(JsonElement json, string key) =>
        json.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    // With only one of them a product would have each symbol twice or not at all, and the linker's error would not say why.
    private void CheckReplaced(Distribution distribution)
    {
        if (distribution.InterpreterObjects.IsEmpty != distribution.EmbeddingObjects.IsEmpty)
            _mistakes.Add("of its keys `build_info.core.interpreter_objs` and `build_info.core.embed_objs` one is without the other");
        foreach (var path in distribution.InterpreterObjects.Except(distribution.CoreObjects, StringComparer.Ordinal))
            _mistakes.Add($"its key `build_info.core.interpreter_objs` names `{path}`, which is not among `build_info.core.objs`");
    }

    private static ImmutableArray<string> LongestFirst(ImmutableArray<string> suffixes) =>
        suffixes.Sort((left, right) => right.Length.CompareTo(left.Length));

    private void CheckVersion(JsonElement root)
    {
        if (!root.TryGetProperty("version", out var value))
            throw _origin.Failure(
                DiagnosticKinds.PythonJsonInvalid,
                "its `PYTHON.json` lacks the key `version`; is it a standalone distribution?"
            );
        var text = value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText();
        if (
            int.TryParse(text, System.Globalization.NumberStyles.None, null, out var version)
            && version is >= FirstVersion and <= LastVersion
        )
            return;
        throw _origin.Failure(
            DiagnosticKinds.PythonJsonVersion,
            $"its `PYTHON.json` is of version `{text}`, and the versions `{FirstVersion}` to `{LastVersion}` are known; take an archive of "
                + (version > LastVersion ? "an earlier release, or a newer Oxidizer" : "a later release")
        );
    }

    private ImmutableSortedDictionary<string, ImmutableArray<ExtensionVariant>> Extensions(PythonJsonObject extensions)
    {
        var all = ImmutableSortedDictionary.CreateBuilder<string, ImmutableArray<ExtensionVariant>>(StringComparer.Ordinal);
        foreach (var name in extensions.Keys)
            all[name] = [.. extensions.Objects(name).Select(variant => Variant(name, variant))];
        return all.ToImmutable();
    }

    private ExtensionVariant Variant(string name, PythonJsonObject json)
    {
        var place = $"build_info.extensions.{name}";
        var init = json.Text("init_fn");
        return new ExtensionVariant
        {
            Name = name,
            Variant = json.Text("variant"),
            InCore = json.Flag("in_core"),
            Required = json.Flag("required"),
            InitFunction = init is "NULL" or "" ? null : init,
            Objects = FilePaths(json.Texts("objs"), place),
            Links = Links(json, place),
            SharedLibrary = json.OptionalText("shared_lib") is { } library ? FilePath(library, place) : null,
            Licenses = json.OptionalTexts("licenses"),
            LicensePaths = LicensePaths(json.OptionalTexts("license_paths") ?? []),
            IsPublicDomain = json.Flag("license_public_domain"),
        };
    }

    private ImmutableArray<LibraryLink> Links(PythonJsonObject json, string place) =>
        [
            .. json.Objects("links")
                .Select(link => new LibraryLink(
                    link.Text("name"),
                    link.OptionalText("path_static") is { } archive ? FilePath(archive, place) : null,
                    link.OptionalText("path_dynamic") is { } library ? FilePath(library, place) : null,
                    link.Flag("framework"),
                    link.Flag("system")
                )),
        ];

    private ImmutableArray<string> FilePaths(ImmutableArray<string> paths, string place)
    {
        foreach (var path in paths)
            FilePath(path, place);
        return paths;
    }

    // Every path is looked up in the list of the archive's files, so that it cannot lead out of the archive.
    private string FilePath(string path, string place)
    {
        if (path.Length > 0 && !_files.ContainsKey(path))
            _missing.Add($"`{path}` ({place})");
        return path;
    }

    private string FolderPath(string path, string place)
    {
        if (path.Length > 0 && !_files.HasFolder(path))
            _missing.Add($"`{path}` ({place})");
        return path;
    }

    // A missing licence text does not stop the build, but the publisher of the product should know.
    private ImmutableArray<string> LicensePaths(ImmutableArray<string> paths)
    {
        foreach (var path in paths.Where(path => !_files.ContainsKey(path)))
            _diagnostics.Add(
                DiagnosticKinds.LicenseTextMissing,
                $"the archive `{_origin.Name}` names the licence text `{path}`, but does not hold it; get it from the library's own site",
                _origin.Location
            );
        return [.. paths.Where(_files.ContainsKey)];
    }

    private void ThrowIfMistaken()
    {
        var all = _mistakes
            .Select(mistake => Mistake(DiagnosticKinds.PythonJsonInvalid, mistake))
            .Concat(_missing.Select(path => Mistake(DiagnosticKinds.PythonJsonPath, $"it names {path}, which is not in the archive")))
            .Distinct()
            .Take(MostMistakes)
            .ToList();
        if (all.Count > 0)
            throw new BuildFailedException(all);
    }

    private Diagnostic Mistake(DiagnosticKind kind, string mistake) =>
        new(
            kind,
            $"the `PYTHON.json` of the archive `{_origin.Name}` cannot be used: {mistake}; take the full archive of a standalone release",
            _origin.Location
        );
}
