using Oxidizer.Packager.Bytecode;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Tests.Resources;

namespace Oxidizer.Packager.Tests.Bytecode;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class BytecodeStageTests : IDisposable
{
    private readonly TestBuild _build = new TestBuild()
        .Stdlib()
        .Write("app/__init__.py", "")
        .Write("app/words.py", "TEXT = 'first'\n")
        .Packages("app");

    public void Dispose() => _build.Dispose();

    private (CompiledCode Code, IReadOnlyList<Packager.Resources.ModuleSource> Modules, BuildContext Context) Compile(
        TestBuild? other = null,
        bool isStrict = false
    )
    {
        var build = other ?? _build;
        var context = build.Context();
        var resources = build.Collect(context);
        // As the modules that the start needs.
        if (isStrict)
            resources = resources with
            {
                Modules = [.. resources.Modules.Select(module => module with { MayNotCompile = false, TellsRefusal = false })],
            };
        Assert.False(context.Diagnostics.HasErrors, string.Join('\n', context.Diagnostics.All));
        var code = build.Compile(resources, context);
        context.Cache.Flush();
        return (code, resources.Modules, context);
    }

    private static byte[] Read(FileSlice slice) => File.ReadAllBytes(slice.Path).AsSpan((int)slice.Offset, slice.Size).ToArray();

    private static byte[] CodeOf(
        (CompiledCode Code, IReadOnlyList<Packager.Resources.ModuleSource> Modules, BuildContext Context) compiled,
        string name
    ) => Read(compiled.Code.Find(compiled.Modules.Single(module => module.Name == name)));

    [Fact]
    public void Code_is_what_the_interpreter_runs_and_carries_the_relative_path()
    {
        var code = CodeOf(Compile(), "app.words");
        File.WriteAllBytes(_build["code"], code);
        Assert.Equal(
            "app/words.py first\n",
            MachinePython.Run(
                """
                import marshal, sys
                code = marshal.load(open(sys.argv[1], 'rb')); scope = {}
                exec(code, scope); print(code.co_filename, scope['TEXT'])
                """,
                _build["code"]
            )
        );
    }

    [Fact]
    public void The_first_build_compiles_every_module_and_says_why()
    {
        var compiled = Compile();
        Assert.Equal(compiled.Modules.Count, compiled.Context.Actions.Executed.Count);
        Assert.All(compiled.Context.Actions.Executed, action => Assert.Equal("first build with this cache", action.Reason));
    }

    [Fact]
    public void An_unchanged_build_compiles_nothing_and_starts_no_interpreter()
    {
        Compile();
        var processes = Packager.Processes.ChildProcess.CountFromHere();
        var second = Compile();
        Assert.Equal(0, processes.Count);
        Assert.Empty(second.Context.Actions.Executed);
        Assert.Equal(second.Modules.Count, second.Context.Actions.Counts[ActionKinds.CompileBytecode].Reused);
        Assert.NotEmpty(CodeOf(second, "json.decoder"));
    }

    [Fact]
    public void Another_interpreter_of_the_same_magic_number_compiles_again()
    {
        WriteInterpreter($"exec {MachinePython.Interpreter} \"$@\"");
        var first = Compile();
        WriteInterpreter($": another; exec {MachinePython.Interpreter} \"$@\"");
        var second = Compile();
        Assert.Equal(first.Modules.Count, second.Context.Actions.Executed.Count(action => action.Kind == ActionKinds.CompileBytecode));
        Assert.NotEqual(first.Code.Python, second.Code.Python);
    }

    [Fact]
    public void A_changed_module_is_compiled_alone_and_the_reason_names_both_digests()
    {
        var first = Compile();
        _build.Write("app/words.py", "TEXT = 'second'\n");
        var second = Compile();
        var action = Assert.Single(second.Context.Actions.Executed);
        Assert.Equal("app/words.py", action.Name);
        Assert.Matches(@"^`app/words\.py` changed \(was [0-9a-f]{8}, is [0-9a-f]{8}\)$", action.Reason);
        Assert.Equal(second.Modules.Count - 1, second.Context.Actions.Counts[ActionKinds.CompileBytecode].Reused);
        Assert.NotEqual(CodeOf(first, "app.words"), CodeOf(second, "app.words"));
        Assert.Equal(CodeOf(first, "app"), CodeOf(second, "app"));
    }

    [Fact]
    public void An_added_module_is_new_and_a_removed_one_costs_nothing()
    {
        Compile();
        _build.Write("app/extra.py", "X = 1\n");
        Assert.Equal("new module", Assert.Single(Compile().Context.Actions.Executed).Reason);
        File.Delete(_build["app/words.py"]);
        Assert.Empty(Compile().Context.Actions.Executed);
    }

    [Fact]
    public void A_change_that_is_taken_back_is_reused()
    {
        Compile();
        _build.Write("app/words.py", "TEXT = 'second'\n");
        Compile();
        _build.Write("app/words.py", "TEXT = 'first'\n");
        Assert.Empty(Compile().Context.Actions.Executed);
    }

    [Fact]
    public void Another_checkout_with_one_changed_module_compiles_that_one()
    {
        Compile();
        using var other = new TestBuild(cache: _build["cache"])
            .Stdlib()
            .Write("app/__init__.py", "")
            .Write("app/words.py", "TEXT = 'other'\n")
            .Packages("app");
        Assert.Equal("app/words.py", Assert.Single(Compile(other).Context.Actions.Executed).Name);
    }

    [Fact]
    public void A_rule_with_other_packages_reuses_the_modules_that_it_shares()
    {
        Compile();
        using var other = new TestBuild(cache: _build["cache"])
            .Stdlib()
            .Write("app/__init__.py", "")
            .Write("app/words.py", "TEXT = 'first'\n")
            .Write("more.py", "")
            .Packages("app", "more");
        Assert.Equal("more.py", Assert.Single(Compile(other).Context.Actions.Executed).Name);
    }

    [Fact]
    public void A_renamed_module_is_compiled_because_its_code_carries_the_path()
    {
        Compile();
        File.Move(_build["app/words.py"], _build["app/phrases.py"]);
        Assert.Equal("app/phrases.py", Assert.Single(Compile().Context.Actions.Executed).Name);
    }

    [Fact]
    public void An_optimise_level_of_two_drops_assertions_and_docstrings()
    {
        using var build = new TestBuild()
            .Stdlib()
            .Write("lean.py", "'''documentation'''\nassert False, 'assertion'\n")
            .Rule(new PackageRootRule("", [], null));
        build.Rules[1] = new PackageRootRule(build.Folder, ["lean"], null) { OptimizeLevel = 2 };
        var text = System.Text.Encoding.Latin1.GetString(CodeOf(Compile(build), "lean"));
        Assert.DoesNotContain("documentation", text);
        Assert.DoesNotContain("assertion", text);
    }

    [Fact]
    public void Sources_that_do_not_compile_are_all_named_with_file_and_line()
    {
        _build
            .Write("app/first.py", "x = 1\nif x\n")
            .Write("app/second.py", "def f(:\n    pass\n")
            .Write("app/nul.py", "x = 1\ny = '\0'\n")
            .Write("app/latin.py", "x = 1\ny = '\u00e9'\n"u8.ToArray().Select(b => b == 0xc3 ? (byte)0x20 : b).ToArray());
        var context = Compile(isStrict: true).Context;
        var errors = context
            .Diagnostics.All.Where(diagnostic => diagnostic.Kind.Severity == DiagnosticSeverity.Error)
            .OrderBy(error => error.Location!.File, StringComparer.Ordinal)
            .ToList();
        Assert.Equal(
            ["OXI0401 first.py:2", "OXI0402 latin.py:2", "OXI0401 nul.py:2", "OXI0401 second.py:1"],
            errors.Select(error => $"{error.Kind.Id} {Path.GetFileName(error.Location!.File)}:{error.Location.Line}")
        );
        Assert.Equal(_build["app/first.py"], errors[0].Location!.File);
        Assert.Equal(5, errors[0].Location!.Column);
    }

    [Fact]
    public void A_module_that_may_be_no_python_has_no_code_and_one_of_the_same_source_elsewhere_is_refused()
    {
        _build.Write("app/broken.py", "def f(:\n").Write("app/latin.py", [(byte)'x', (byte)'=', (byte)'"', 0xe9, (byte)'"']);
        for (var round = 0; round < 2; round++)
        {
            var context = _build.Context();
            // As the rule `stdlib` says of the modules of CPython's tests.
            var resources = _build.Collect(context);
            resources = resources with
            {
                Modules =
                [
                    .. resources.Modules.Select(module =>
                        module with
                        {
                            MayNotCompile = module.Name.StartsWith("app.", StringComparison.Ordinal),
                            TellsRefusal = false,
                        }
                    ),
                ],
            };
            var code = _build.Compile(resources, context);
            Assert.Empty(context.Diagnostics.All);
            Assert.Equal(
                ["app.broken", "app.latin"],
                resources.Modules.Where(module => code.Find(module).Size == 0).Select(module => module.Name).Order()
            );
            Assert.Equal(round == 0, context.Actions.Executed.Any());
            context.Cache.Flush();
        }
        Assert.Equal(["OXI0401", "OXI0402"], _build.Ids(Compile(isStrict: true).Context).Order());
    }

    [Fact]
    public void What_is_no_python_in_a_package_is_a_warning_in_every_build_and_packed_as_source()
    {
        _build
            .Write("app/template.py", "class {{ name }}:\n")
            .Write("app/two.py", "x = 1\nprint 'two'\n")
            .Write("app/latin.py", [(byte)'"', 0xe9, (byte)'"']);
        for (var round = 0; round < 3; round++)
        {
            // The second build finds all in the cache, the third has another module to compile.
            if (round == 2)
                _build.Write("app/more.py", "");
            var compiled = Compile();
            Assert.Equal(
                ["OXI0409 latin.py", "OXI0409 template.py", "OXI0409 two.py"],
                compiled.Context.Diagnostics.All.Select(warning => $"{warning.Kind.Id} {Path.GetFileName(warning.Location!.File)}")
            );
            Assert.Equal(2, compiled.Context.Diagnostics.All[2].Location!.Line);
            var refused = compiled.Modules.Where(module => module.Name.StartsWith("app.t", StringComparison.Ordinal)).ToList();
            Assert.Equal(2, refused.Count);
            Assert.All(refused, module => Assert.True(compiled.Code.HasSource(module with { IncludeSource = false })));
        }
    }

    [Fact]
    public void Of_many_that_are_no_python_the_first_are_named()
    {
        foreach (var number in Enumerable.Range(10, 20))
            _build.Write($"app/old{number}.py", "print 'old'\n");
        var warnings = Compile().Context.Diagnostics.All;
        Assert.Equal(5, warnings.Count);
        Assert.StartsWith("`app.old14` (and 15 more)", warnings[4].Message);
    }

    [Theory]
    [InlineData("app.two", "app.two")]
    [InlineData("app.two:main", "app.two")]
    [InlineData("app.pkg", "app.pkg.__main__")]
    public void A_mistake_in_what_the_product_starts_with_is_an_error(string module, string refused)
    {
        _build
            .Write("app/two.py", "print 'two'\n")
            .Write("app/pkg/__init__.py", "")
            .Write("app/pkg/__main__.py", "print 'main'\n")
            .Write("app/pkg/other.py", "print 'other'\n");
        _build.Configuration = _build.Configuration with
        {
            Run = new Packager.Configuration.RunTable { Mode = "module", Module = module },
        };
        var errors = Compile().Context.Diagnostics.All.Where(diagnostic => diagnostic.Kind.Severity == DiagnosticSeverity.Error);
        Assert.StartsWith($"`{refused}`", Assert.Single(errors).Message);
    }

    [Fact]
    public void After_a_failed_build_only_what_failed_is_compiled()
    {
        _build.Write("app/words.py", "if\n");
        Assert.True(Compile(isStrict: true).Context.Diagnostics.HasErrors);
        _build.Write("app/words.py", "TEXT = 'mended'\n");
        Assert.Equal("app/words.py", Assert.Single(Compile(isStrict: true).Context.Actions.Executed).Name);
    }

    [Fact]
    public void A_source_may_name_its_encoding_and_may_begin_with_a_byte_order_mark()
    {
        _build
            .Write("app/latin.py", [.. "# -*- coding: latin-1 -*-\nX = '"u8, 0xe9, .. "'\n"u8])
            .Write("app/marked.py", [0xef, 0xbb, 0xbf, .. "X = 'é'\n"u8]);
        var compiled = Compile();
        Assert.Empty(compiled.Context.Diagnostics.All);
        foreach (var name in new[] { "app.latin", "app.marked" })
        {
            File.WriteAllBytes(_build["code"], CodeOf(compiled, name));
            Assert.Equal(
                "'\\xe9'\n",
                MachinePython.Run(
                    "import marshal, sys; scope = {}; exec(marshal.load(open(sys.argv[1], 'rb')), scope); print(ascii(scope['X']))",
                    _build["code"]
                )
            );
        }
    }

    [Fact]
    public void A_warning_of_the_compiler_is_said_in_every_build()
    {
        _build.Write("app/odd.py", "x = 1\ny = x is 1\n");
        for (var build = 0; build < 2; build++)
        {
            var warning = Assert.Single(Compile().Context.Diagnostics.All);
            Assert.Equal(("OXI0403", _build["app/odd.py"], 2), (warning.Kind.Id, warning.Location!.File, warning.Location.Line));
            Assert.Contains("\"is\"", warning.Message);
        }
    }

    [Fact]
    public void Another_interpreter_than_the_distributions_is_refused()
    {
        _build.Distribution = MachinePython.Small with { BytecodeMagic = "00000d0a" };
        var failure = Assert.Throws<BuildFailedException>(() => Compile());
        Assert.Equal("OXI0404", failure.Diagnostics[0].Kind.Id);
    }

    [Fact]
    public void A_program_that_is_no_interpreter_is_named()
    {
        _build.Interpreter = "/bin/false";
        var failure = Assert.Throws<BuildFailedException>(() => Compile());
        Assert.Equal("OXI0405", failure.Diagnostics[0].Kind.Id);
        Assert.Contains("/bin/false", failure.Message);
    }

    [Fact]
    public void A_worker_that_hangs_is_ended_and_said()
    {
        WriteInterpreter("sleep 600");
        _build.Patience = TimeSpan.FromMilliseconds(300);
        var failure = Assert.Throws<BuildFailedException>(() => Compile());
        Assert.Contains("did not answer for 0.3 s", failure.Message);
    }

    [Fact]
    public void A_worker_that_dies_is_said_with_the_source_and_its_last_words()
    {
        // It greets as the real one does, and dies at the first source.
        WriteInterpreter(
            $"{MachinePython.Interpreter} -I -c \"import importlib.util, struct, sys; b = importlib.util.MAGIC_NUMBER + sys.implementation.cache_tag.encode(); sys.stdout.buffer.write(struct.pack('<I', len(b)) + b)\"; echo out of luck >&2; exit 3"
        );
        var failure = Assert.Throws<BuildFailedException>(() => Compile());
        Assert.All(failure.Diagnostics, diagnostic => Assert.Equal("OXI0406", diagnostic.Kind.Id));
        Assert.Contains("out of luck", failure.Message);
        Assert.Contains("exit code 3", failure.Message);
    }

    [Fact]
    public void A_cancelled_build_ends_its_workers()
    {
        using var worker = new StartedProcess();
        WriteInterpreter(worker.SleepWithoutEnd);
        using var cancellation = new CancellationTokenSource();
        worker.CancelWhenStarted(cancellation);
        _build.Cancellation = cancellation.Token;
        Assert.ThrowsAny<OperationCanceledException>(() => Compile());
        worker.AssertEnds();
    }

    [Fact]
    public void A_segment_that_was_damaged_is_made_again()
    {
        var first = Compile();
        var expected = CodeOf(first, "app.words");
        first.Context.Cache.Dispose();
        foreach (var file in Directory.EnumerateFiles(_build["cache/blobs"], "*", SearchOption.AllDirectories))
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            File.WriteAllBytes(file, new byte[new FileInfo(file).Length]);
        }
        Assert.Equal(expected, CodeOf(Compile(), "app.words"));
    }

    private void WriteInterpreter(string script)
    {
        _build.Write("python", "#!/bin/sh\n" + script + "\n");
        _build.Interpreter = _build["python"];
        File.SetUnixFileMode(_build["python"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
