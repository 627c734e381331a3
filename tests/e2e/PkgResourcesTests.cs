using Oxidizer.Packager.Processes;

namespace Oxidizer.EndToEnd.Tests;

/// <summary>Setuptools' <c>pkg_resources</c> as Debian has it, in a folder of its own.</summary>
public sealed class PkgResources : IDisposable
{
    private readonly DebianPackages _packages = DebianPackages.Fetch("python3-pkg-resources");

    /// <summary>Where it is imported from.</summary>
    public string Site => _packages.Site;

    public void Dispose() => _packages.Dispose();
}

/// <summary><c>pkg_resources</c> in a product answers as it does for the same packages in a folder.</summary>
public sealed class PkgResourcesTests(PkgResources packages) : IClassFixture<PkgResources>, IDisposable
{
    // Every line is a question; an exception is an answer, too. The last one empties the namespace that it is called from.
    private const string Questions = """
        import pkg_resources as p, os, sys
        def tell(label, function):
            try:
                value = function()
            except BaseException as error:
                value = f"{type(error).__name__}: {error}"
            print(label, value)
        def show(d): return f"{d.project_name} {d.version} {d.key} {d.extras} {type(d).__name__}"
        tell("string", lambda: p.resource_string("app", "data/words.txt"))
        tell("string of a module", lambda: p.resource_string("app.part", "data/words.txt"))
        tell("stream", lambda: p.resource_stream("app", "data/words.txt").read())
        tell("source", lambda: p.resource_string("app", "part.py"))
        tell("exists", lambda: [p.resource_exists("app", n) for n in ("data/words.txt", "data", "no", "part.py", "", "sub", "../thing", "sub/__init__.py")])
        tell("isdir", lambda: [p.resource_isdir("app", n) for n in ("data/words.txt", "data", "no", "", "sub")])
        tell("listdir", lambda: [sorted(x for x in p.resource_listdir("app", n) if x != "__pycache__") for n in ("", "data", "sub")])
        tell("no such", lambda: p.resource_string("app", "data/nothing"))
        tell("requirement", lambda: p.resource_string(p.Requirement.parse("thing"), "thing/data.txt"))
        tell("requirement exists", lambda: p.resource_exists("thing", "data.txt"))
        tell("dist", lambda: show(p.get_distribution("Thing.Name")))
        tell("dist", lambda: show(p.get_distribution("thing_name")))
        tell("no dist", lambda: p.get_distribution("nothing"))
        tell("require", lambda: [show(d) for d in p.require("thing.name")])
        tell("require extra", lambda: [show(d) for d in p.require("thing-name[more]")])
        tell("require version", lambda: p.require("thing-name>=9"))
        tell("missing", lambda: p.require("needy"))
        tell("set", lambda: sorted(show(d) for d in p.working_set if d.key in ("thing.name", "other", "needy", "old-one")))
        tell("points", lambda: [(e.name, e.module_name, e.attrs, e.extras, e.dist.key) for e in p.iter_entry_points("app.plugins")])
        tell("load", lambda: [e.load()() for e in p.iter_entry_points("app.plugins", "one")])
        tell("entry map", lambda: sorted(p.get_entry_map("thing-name")))
        tell("entry info", lambda: str(p.get_entry_info("thing-name", "app.plugins", "one")))
        tell("load_entry_point", lambda: p.load_entry_point("thing-name", "app.plugins", "one")())
        d = p.get_distribution("thing-name")
        tell("requires", lambda: [str(r) for r in d.requires(("more",))])
        tell("metadata", lambda: (d.has_metadata("METADATA"), d.has_metadata("nope"), d.get_metadata("entry_points.txt"), list(d.get_metadata_lines("top_level.txt"))))
        tell("metadata none", lambda: d.get_metadata("nope"))
        tell("metadata dir", lambda: (d.metadata_isdir(""), d.metadata_isdir("METADATA"), sorted(d.metadata_listdir("")), d.metadata_isdir("licenses"), sorted(d.metadata_listdir("licenses"))))
        tell("location", lambda: (d.location in sys.path, d.precedence, d.py_version, d.platform, d.egg_name(), str(d), repr(d) == f"{d} ({d.location})", d.as_requirement()))
        tell("old", lambda: (show(p.get_distribution("old-one")), [str(r) for r in p.get_distribution("old-one").requires()], p.get_distribution("old-one").get_metadata("PKG-INFO")[:20]))
        tell("old script", lambda: (p.get_distribution("old-one").has_metadata("scripts/run"), p.get_distribution("old-one").metadata_listdir("scripts")))
        tell("find", lambda: show(p.working_set.find(p.Requirement.parse("thing-name"))))
        tell("by_key", lambda: "thing.name" in p.working_set.by_key)
        tell("find_distributions", lambda: sorted(d.key for d in p.find_distributions(d.location) if d.key in ("thing.name", "other", "needy", "old-one")))
        tell("environment", lambda: sorted(k for k in p.Environment() if k in ("thing.name", "other", "needy", "old-one")))
        tell("provider", lambda: p.get_provider("app").has_metadata("x"))
        tell("namespace", lambda: p.resource_listdir("space.inner", ""))
        tell("namespace pkg", lambda: p.resource_string("space.inner", "text.txt"))
        tell("parse", lambda: str(p.parse_version("1.2rc1")))
        tell("declare", lambda: p.declare_namespace("space"))
        tell("after", lambda: sorted(show(d) for d in p.WorkingSet() if d.key == "thing.name"))
        tell("cleanup", lambda: p.cleanup_resources())
        p.run_script("old-one", "run")
        """;

    // Each line is a statement of PyOxidizer's documentation of its support for pkg_resources, and prints True.
    private const string Statements = """
        import collections.abc, io, sys
        import pkg_resources as p, oxidized_importer as o, app, thing
        finder, base = sys.meta_path[0], sys.meta_path[0].path_hook_base_str
        def raises(kind, function, *arguments):
            try:
                function(*arguments)
            except kind:
                return True
            return False
        print("registered when imported", p._provider_factories[o.OxidizedFinder] is o.OxidizedPkgResourcesProvider)
        before = dict(p._provider_factories), dict(p._distribution_finders), [str(d) for d in p.working_set]
        o.register_pkg_resources()
        o.register_pkg_resources()
        print("registering again changes nothing", before == (dict(p._provider_factories), dict(p._distribution_finders), [str(d) for d in p.working_set]))
        print("finder registered", p._distribution_finders[o.OxidizedPathEntryFinder] is o.pkg_resources_find_distributions)
        provider = p.get_provider("thing")
        print("provider of a module", isinstance(provider, o.OxidizedPkgResourcesProvider), isinstance(o.OxidizedPkgResourcesProvider(thing), o.OxidizedPkgResourcesProvider))
        own = p.get_provider("app")
        print("has_metadata", own.has_metadata("METADATA") is True, own.has_metadata("foo") is False, not provider.has_metadata("METADATA"))
        print("get_metadata", own.get_metadata("METADATA") == "Name: app\nVersion: 3\n", raises(OSError, own.get_metadata, "foo"), raises(OSError, provider.get_metadata, "METADATA"))
        print("get_metadata_lines", list(own.get_metadata_lines("METADATA")) == ["Name: app", "Version: 3"])
        print("metadata_isdir", own.metadata_isdir("subdir"), own.metadata_isdir("subdir/"), not own.metadata_isdir("foo"), not own.metadata_isdir("METADATA"))
        print("metadata_listdir", own.metadata_listdir("missing") == [], sorted(own.metadata_listdir("")) == ["METADATA", "subdir"], sorted(own.metadata_listdir("subdir")) == ["file.txt", "grandchild"], own.metadata_listdir("subdir/grandchild") == ["file2.txt"], not provider.metadata_listdir(""))
        print("get_resource_filename", open(own.get_resource_filename(None, "data/words.txt")).read() == "word\n")
        print("get_resource_stream", isinstance(own.get_resource_stream(None, "data/words.txt"), io.BytesIO), own.get_resource_stream(None, "data/words.txt").read() == b"word\n", raises(OSError, own.get_resource_stream, None, "none"))
        print("get_resource_string", own.get_resource_string(None, "data/words.txt") == b"word\n", raises(OSError, own.get_resource_string, None, "none"))
        print("has_resource", own.has_resource("data/words.txt"), not own.has_resource("none"))
        print("resource_isdir", own.resource_isdir("data"), not own.resource_isdir("data/words.txt"), not own.resource_isdir("none"))
        print("resource_listdir", own.resource_listdir("data") == ["deep", "words.txt"], own.resource_listdir("none") == [], own.resource_listdir("data/words.txt") == [])
        entry = finder.path_hook(base)
        keys = lambda *arguments: sorted(d.key for d in o.pkg_resources_find_distributions(*arguments))
        all_keys = ["app", "needy", "old-one", "other", "thing.name"]
        print("find_distributions", keys(entry, base) == keys(entry, base, False) == keys(entry, base, True) == all_keys, {d.location for d in o.pkg_resources_find_distributions(entry, base)} == {base})
        print("another path", o.pkg_resources_find_distributions(entry, base + "/app") == [], o.pkg_resources_find_distributions(entry, "/") == [], o.pkg_resources_find_distributions(object(), base) == [])
        def of(name):
            r = o.OxidizedResource(); r.name = name; r.in_memory_distribution_resources = {"METADATA": f"Name: {name}\nVersion: 1\n".encode()}; return r
        mine = o.OxidizedFinder(); mine.add_resources([of("deep"), of("deep.one"), of("deep.one.two")])
        here = base + "/deep"
        print("only", keys(mine.path_hook(here), here, True) == ["deep.one"], keys(mine.path_hook(here), here) == ["deep.one", "deep.one.two"])
        print("an added package", p._provider_factories.get(type(mine)) is o.OxidizedPkgResourcesProvider)
        """;

    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Theory]
    [InlineData("virtual")]
    [InlineData("none")]
    [InlineData("filesystem")]
    public void Resources_distributions_and_entry_points_are_those_of_the_folder(string moduleFile)
    {
        WriteSite(Questions);
        var interpreter = DistributionArchive.Unpacked311();
        var onDisk = Workspace.Run(
            new Command(interpreter.PathOf(interpreter.Executable), ["-s", "-B", "-m", "app"])
            {
                ClearEnvironment = true,
                WorkingDirectory = _workspace["site"],
                Environment = new Dictionary<string, string?> { ["PYTHONPATH"] = packages.Site, ["PYTHONIOENCODING"] = "utf-8" },
            }
        );
        Assert.True(onDisk.ExitCode == 0, onDisk.Error);
        Assert.InRange(onDisk.Output.Split('\n').Length, 40, 60);

        var product = Build(moduleFile);
        var home = _workspace.EmptyFolder();
        var packed = Run(product, home);
        var root = moduleFile == "filesystem" ? Directory.EnumerateDirectories(Path.Combine(home, "oxidizer-files")).Single() : product;
        Assert.Equal(
            (onDisk.Output.Replace(_workspace["site"], "SITE"), 0),
            (
                packed.Output.Replace(root, "SITE").Replace("No such file in the packed resources", "No such file or directory"),
                packed.ExitCode
            )
        );
        Assert.Equal("", packed.Error);
    }

    [Theory]
    [InlineData("virtual", true, "word\n")]
    [InlineData(
        "virtual",
        false,
        "NotImplementedError: resource_filename() needs a file, and 'ROOT/app/data/words.txt' is in memory; use resource_string() or resource_stream(), or leave virtual_files = false out of [python_config]\n"
    )]
    [InlineData("filesystem", false, "word\n")]
    public void A_file_name_can_be_opened_or_is_refused_with_the_way_out(string moduleFile, bool virtualFiles, string expected)
    {
        WriteSite(
            """
            import pkg_resources
            try:
                print(end=open(pkg_resources.resource_filename("app", "data/words.txt")).read())
            except NotImplementedError as error:
                print(f"NotImplementedError: {error}")
            """
        );
        var product = Build(moduleFile, virtualFiles);
        var result = Run(product, _workspace.EmptyFolder());
        Assert.Equal((expected, "", 0), (result.Output.Replace(product, "ROOT"), result.Error, result.ExitCode));
    }

    [Fact]
    public void Every_statement_of_the_importers_documentation_holds()
    {
        WriteSite(Statements);
        _workspace
            .Write("site/app-3.dist-info/METADATA", "Name: app\nVersion: 3\n")
            .Write("site/app-3.dist-info/subdir/file.txt", "")
            .Write("site/app-3.dist-info/subdir/grandchild/file2.txt", "");
        var result = Run(Build("virtual"), _workspace.EmptyFolder());
        Assert.Equal(("", 0), (result.Error, result.ExitCode));
        var lines = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(19, lines.Length);
        Assert.All(lines, line => Assert.DoesNotMatch("False|None", line));
    }

    [Fact]
    public void A_program_may_register_by_itself()
    {
        WriteSite(
            """
            import sys
            finder = next(f for f in sys.meta_path if hasattr(f, "pkg_resources_import_auto_register"))
            finder.pkg_resources_import_auto_register = False
            import pkg_resources, oxidized_importer
            print("thing.name" in pkg_resources.working_set.by_key)
            oxidized_importer.register_pkg_resources()
            oxidized_importer.register_pkg_resources()
            print([d.version for d in pkg_resources.working_set if d.key == "thing.name"], pkg_resources.resource_string("app", "data/words.txt"))
            """
        );
        Assert.Equal("False\n['1.4'] b'word\\n'\n", Run(Build("virtual"), _workspace.EmptyFolder()).Output);
    }

    private string Build(string moduleFile, bool virtualFiles = true) =>
        _workspace
            .Write(
                "oxidizer.toml",
                $"""
                {Workspace.Distribution311}
                [build]
                application_name = "app"
                [[python_packages]]
                type = "stdlib"
                [[python_packages]]
                type = "package-root"
                path = "site"
                packages = ["app", "thing", "other", "needy", "old", "space"]
                [[python_packages]]
                type = "package-root"
                path = "{packages.Site}"
                packages = ["pkg_resources"]
                [python_config]
                module_file = "{moduleFile}"
                virtual_files = {(virtualFiles ? "true" : "false")}
                [python_run]
                mode = "module"
                module = "app"
                """
            )
            .Build()
            .ProductPath;

    private static CommandResult Run(string product, string cache) =>
        Workspace.Run(
            new Command(product, [])
            {
                ClearEnvironment = true,
                WorkingDirectory = cache,
                Environment = new Dictionary<string, string?> { ["XDG_CACHE_HOME"] = cache },
            }
        );

    // A wheel with an extra, one that needs what is nowhere, an egg with a script, and a namespace.
    private void WriteSite(string main) =>
        _workspace
            .Write("site/app/__init__.py", "")
            .Write("site/app/__main__.py", main)
            .Write("site/app/part.py", "X = 1\n")
            .Write("site/app/sub/__init__.py", "")
            .Write("site/app/data/words.txt", "word\n")
            .Write("site/app/data/deep/x.bin", "x")
            .Write("site/thing/__init__.py", "def one(): return 'one!'\n")
            .Write("site/thing/data.txt", "data of thing")
            .Write(
                "site/Thing.Name-1.4.dist-info/METADATA",
                """
                Metadata-Version: 2.1
                Name: Thing.Name
                Version: 1.4
                Requires-Dist: other>=2
                Requires-Dist: old-one; extra == "more"
                Requires-Dist: absent; python_version < "3"
                Provides-Extra: more

                """
            )
            .Write(
                "site/Thing.Name-1.4.dist-info/entry_points.txt",
                "[app.plugins]\none = thing:one\ntwo = thing:one [more]\n[console_scripts]\nthing = thing:one\n"
            )
            .Write("site/Thing.Name-1.4.dist-info/top_level.txt", "thing\n")
            .Write("site/Thing.Name-1.4.dist-info/licenses/A.txt", "licence")
            .Write("site/other/__init__.py", "")
            .Write("site/other-2.1.dist-info/METADATA", "Metadata-Version: 2.1\nName: other\nVersion: 2.1\n")
            .Write("site/needy/__init__.py", "")
            .Write(
                "site/needy-1.dist-info/METADATA",
                "Metadata-Version: 2.1\nName: needy\nVersion: 1\nRequires-Dist: nowhere-to-be-found\n"
            )
            .Write("site/old/__init__.py", "")
            .Write("site/old_one-0.3.egg-info/PKG-INFO", "Metadata-Version: 1.1\nName: old-one\nVersion: 0.3\n")
            .Write("site/old_one-0.3.egg-info/requires.txt", "other\n")
            .Write("site/old_one-0.3.egg-info/top_level.txt", "old\n")
            .Write("site/old_one-0.3.egg-info/scripts/run", "print('ran', __file__.split('/')[-1])\n")
            .Write("site/space/inner/__init__.py", "")
            .Write("site/space/inner/text.txt", "inner text");
}
