using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Native;

namespace Oxidizer.Packager.SourceBuilds;

/// <summary>Writes <c>PYTHON.json</c> in its version 8: what the interpreter says of itself, and what each of its parts is made
/// of.</summary>
internal static class SourcePythonJson
{
    private const string FormatVersion = "8";

    private static readonly JsonSerializerOptions s_indented = new()
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Asks the interpreter in its place, and writes the description beside it.</summary>
    public static void Write(
        SourceLayout layout,
        SourceRequest request,
        SourceMaterials materials,
        TargetTriple target,
        IReadOnlyList<string> patches,
        SourceCommand command
    )
    {
        var program = SourcePrograms.WriteTo(Path.Combine(layout.Root, ".."), "SourceFacts.py");
        var text = command.Run("ask the interpreter", layout.Root, Path.Combine(layout.Root, layout.Executable), ["-I", "-B", program]);
        File.Delete(program);
        var facts = JsonNode.Parse(text.Replace(layout.Root + "/", "", StringComparison.Ordinal))!.AsObject();
        Check(layout, facts);
        var json = new JsonObject
        {
            ["version"] = FormatVersion,
            ["target_triple"] = target.Value,
            ["optimizations"] = request.Options,
            ["build_options"] = request.Options,
            ["python_exe"] = layout.Executable,
            ["python_stdlib_platform_config"] = Directory
                .GetFiles(Path.Combine(layout.Root, layout.StandardLibrary), "_sysconfigdata*.py")
                .Select(Path.GetFileName)
                .Order(StringComparer.Ordinal)
                .Select(name => $"{layout.StandardLibrary}/{name}")
                .First(),
            ["python_stdlib_test_packages"] = Texts(TestPackages(Path.Combine(layout.Root, layout.StandardLibrary))),
            ["libpython_link_mode"] = "static",
            ["python_symbol_visibility"] = "global-default",
            ["python_extension_module_loading"] = Texts(["builtin", "shared-library"]),
            ["crt_features"] = Texts(["glibc-dynamic"]),
            ["run_tests"] = $"{layout.StandardLibrary}/test/__main__.py",
            ["licenses"] = Texts(["Python-2.0.1", "CNRI-Python"]),
            ["license_path"] = SourceExtension.CoreLicense,
            ["build_info"] = BuildInfo(layout),
            ["source"] = Source(materials, patches),
        };
        foreach (var (name, value) in facts.Where(fact => fact.Key != "builtin_module_names"))
            json[name] = value!.DeepClone();
        File.WriteAllText(
            Path.Combine(layout.Root, "PYTHON.json"),
            layout.WithoutPrivatePaths(Sorted(json)!.ToJsonString(s_indented)) + "\n"
        );
    }

    // The listed and the linked modules must be the same. Otherwise products would silently lack modules.
    private static void Check(SourceLayout layout, JsonObject facts)
    {
        var linked = facts["builtin_module_names"]!.AsArray().Select(name => name!.GetValue<string>());
        var listed = layout.Extensions.Select(extension => extension.Name).Distinct();
        var differing = linked.Except(listed).Concat(listed.Except(linked)).ToList();
        if (differing.Count > 0)
            throw new InvalidOperationException(
                $"the modules `{string.Join("`, `", differing)}` are linked and not listed, or the other way round; please report this"
            );
    }

    private static JsonObject BuildInfo(SourceLayout layout) =>
        new()
        {
            ["core"] = Core(layout),
            ["extensions"] = new JsonObject(
                layout
                    .Extensions.GroupBy(extension => extension.Name)
                    .Select(group => KeyValuePair.Create(group.Key, (JsonNode?)new JsonArray([.. group.Select(Variant)])))
            ),
            ["inittab_object"] = $"build/{SourceMake.InittabObject}",
            ["inittab_source"] = "build/Modules/config.c",
            ["inittab_cflags"] = Texts([
                "-DNDEBUG",
                "-fwrapv",
                "-O2",
                .. SourceRecipe.CFlags.Split(' '),
                "-std=c11",
                "-fvisibility=hidden",
            ]),
            ["object_file_format"] = "elf",
        };

    private static JsonObject Core(SourceLayout layout)
    {
        return new JsonObject
        {
            ["objs"] = Texts(layout.CoreObjects.Select(path => $"build/{path}")),
            ["links"] = Links(layout.CoreLibraries),
            ["static_lib"] = $"build/lib/{layout.StaticLibrary}",
            // Not of the format: what programs that embed this CPython link in place of some of its objects.
            ["interpreter_objs"] = Texts(layout.InterpreterObjects.Select(path => $"build/{path}")),
            ["embed_objs"] = Texts(layout.EmbeddingObjects.Select(path => $"build/{path}")),
        };
    }

    private static JsonNode Variant(SourceExtension extension)
    {
        var brought = extension.Brought.ToList();
        return new JsonObject
        {
            ["variant"] = extension.Variant,
            ["in_core"] = extension.InCore,
            ["required"] = extension.InCore,
            ["init_fn"] = extension.InitFunction,
            ["objs"] = Texts(extension.Objects.Select(path => $"build/{path}")),
            ["links"] = Links(extension.Libraries),
            // The module's own code is CPython's; the rest is of what it links.
            ["licenses"] = Texts(
                brought.SelectMany(library => library.Licenses).Concat(extension.CopiedLicenses).Prepend("Python-2.0.1").Distinct()
            ),
            ["license_paths"] = Texts(
                brought
                    .Select(SourceExtension.LicenseOf)
                    .Concat(extension.CopiedLicenses.Take(1).Select(_ => SourceExtension.CopiedLicense))
                    .Prepend(SourceExtension.CoreLicense)
            ),
            ["license_public_domain"] = brought.Count > 0 && brought.All(library => library.IsPublicDomain),
        };
    }

    private static JsonArray Links(IEnumerable<string> libraries) =>
        new([
            .. libraries.Select(name =>
                (JsonNode)(
                    DebianLibrary.System.Contains(name)
                        ? new JsonObject { ["name"] = name, ["system"] = true }
                        : new JsonObject { ["name"] = name, ["path_static"] = $"build/lib/lib{name}.a" }
                )
            ),
        ]);

    // Not of the format: where the sources came from. Readers ignore what they do not know.
    private static JsonObject Source(SourceMaterials materials, IReadOnlyList<string> patches) =>
        new()
        {
            ["package"] = materials.Package,
            ["version"] = materials.Package is null ? materials.Version : $"{materials.Version}-{materials.Revision}",
            ["patches"] = Texts(patches),
            ["files"] = new JsonObject(materials.Files.Select(file => KeyValuePair.Create(file.Name, (JsonNode?)file.Digest.ToString()))),
        };

    /// <summary>Lists the packages of a standard library that hold its tests, by full name.</summary>
    public static IEnumerable<string> TestPackages(string library) =>
        Directory
            .EnumerateDirectories(library, "*", SearchOption.AllDirectories)
            .Where(folder =>
                Path.GetFileName(folder) is "test" or "tests" or "idle_test" && File.Exists(Path.Combine(folder, "__init__.py"))
            )
            .Select(folder => Path.GetRelativePath(library, folder).Replace('/', '.'))
            .Order(StringComparer.Ordinal);

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)text)]);

    // Sorted by name, so that a difference between two archives is a difference.
    private static JsonNode? Sorted(JsonNode? node) =>
        node switch
        {
            JsonObject json => new JsonObject(
                json.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, Sorted(pair.Value)))
            ),
            JsonArray array => new JsonArray([.. array.Select(Sorted)]),
            _ => node?.DeepClone(),
        };
}
