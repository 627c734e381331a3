using Oxidizer.Packager.Programs;

namespace Oxidizer.Packager.SourceBuilds;

/// <summary>What the Makefile knows and <c>PYTHON.json</c> says.</summary>
/// <param name="Objects">The objects of the static library, in link order.</param>
/// <param name="Libraries">Flags of the libraries that the core links.</param>
/// <param name="Library">The static library's file name.</param>
/// <param name="ModuleFlags">Link flags by module name in capitals, for modules whose Setup line has none.</param>
internal sealed record SourceVariables(
    IReadOnlyList<string> Objects,
    IReadOnlyList<string> Libraries,
    string Library,
    IReadOnlyDictionary<string, IReadOnlyList<string>> ModuleFlags
);

/// <summary>Runs CPython's Makefile, with a few rules of ours beside it.</summary>
internal sealed class SourceMake(string root, int parallelism, SourceCommand command, SourceProgress progress)
{
    /// <summary>The object of the second variant of <c>readline</c>.</summary>
    public const string GnuReadlineObject = "Modules/readline-gnu.o";

    /// <summary>The object that holds the whole core, when it is optimised as one.</summary>
    public const string CoreObject = "core.o";

    /// <summary>The object with the table of built-in modules: each product has its own instead.</summary>
    public const string InittabObject = "Modules/config.o";

    private const string RulesFile = "oxidizer.mk",
        ModulePrefix = "MODULE_",
        ModuleSuffix = "_LDFLAGS";

    // The interpreter that runs before `sysconfig` and frozen modules are there, freeze tools, `main`, and the libraries in the sources.
    private const int ObjectsBesideLibrary = 12;

    // `oxidizer_core` are the objects that are optimised as one, `oxidizer_native` all others. GCC's link-time optimisation can leave an
    // object that any linker takes (-r -flinker-output=nolto-rel), unlike the usual one, which happens in the product's link and ties
    // products to this very compiler.
    private static readonly string s_rules = $$"""
        oxidizer-variables:
        	$(info objects=$(LIBRARY_OBJS))
        	$(info libraries=$(LIBS) $(LIBM))
        	$(info library=$(LIBRARY))
        	$(foreach name,$(filter {{ModulePrefix}}%{{ModuleSuffix}},$(.VARIABLES)),$(info $(name)=$($(name))))
        	@:

        {{GnuReadlineObject}}: $(srcdir)/Modules/readline.c
        	$(CC) {{string.Join(
            ' ',
            SourceSetup.Flags(SourceRecipe.GnuReadline).Where(flag => !flag.StartsWith("-l", StringComparison.Ordinal))
        )}} $(PY_BUILTIN_MODULE_CFLAGS) -c $(srcdir)/Modules/readline.c -o $@

        {{SourceEmbedding.Rule}}

        ifdef oxidizer_native
        $(oxidizer_native): PY_STDMODULE_CFLAGS += -fno-lto

        {{CoreObject}}: $(oxidizer_core)
        	$(CC) $(PY_CORE_CFLAGS) -flto=$(oxidizer_jobs) -r -flinker-output=nolto-rel -nostdlib -o $@ $(oxidizer_core)

        oxidizer-python: {{CoreObject}} $(oxidizer_native)
        	$(AR) $(ARFLAGS) $(LIBRARY) {{CoreObject}} $(filter $(LIBRARY_OBJS),$(oxidizer_native))
        	$(LINKCC) $(PY_CORE_LDFLAGS) $(LINKFORSHARED) -o $(BUILDPYTHON) Programs/python.o {{CoreObject}} $(filter-out Programs/python.o {{GnuReadlineObject}},$(oxidizer_native)) $(LIBS) $(MODLIBS) $(SYSLIBS)
        endif

        """;

    /// <summary>The folder of the sources, in which all is built.</summary>
    public string Root => root;

    /// <summary>Reads the Makefile's variables, after <c>makesetup</c> has put the extension modules into it.</summary>
    public SourceVariables ReadVariables()
    {
        File.WriteAllText(Path.Combine(root, RulesFile), s_rules);
        Run("read CPython's Makefile", ["Makefile"], null);
        var lines = Run("read CPython's Makefile", ["oxidizer-variables"], null)
            .Split('\n')
            .Select(line => line.Split('=', 2))
            .Where(pair => pair.Length == 2)
            .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
        var modules = lines
            .Where(pair => pair.Key.StartsWith(ModulePrefix, StringComparison.Ordinal))
            .ToDictionary(pair => pair.Key[ModulePrefix.Length..^ModuleSuffix.Length], pair => Words(pair.Value), StringComparer.Ordinal);
        return new SourceVariables(Words(lines["objects"]), Words(lines["libraries"]), lines["library"].Trim(), modules);
    }

    /// <summary>Compiles the interpreter and its static library.</summary>
    /// <param name="stage">The stage's name, for progress.</param>
    /// <param name="variables">What <see cref="ReadVariables"/> gave.</param>
    /// <param name="settings">Variables of the Makefile to set.</param>
    public void Compile(string stage, SourceVariables variables, IReadOnlyList<string> settings) =>
        Compile(
            stage,
            variables.Objects.Count + ObjectsBesideLibrary,
            ["python", variables.Library, "platform", GnuReadlineObject, .. settings]
        );

    /// <summary>Compiles the interpreter with its core optimised as one object.</summary>
    /// <param name="stage">The stage's name, for progress.</param>
    /// <param name="core">Objects of the core, without the inittab.</param>
    /// <param name="native">All other objects of the library and the modules.</param>
    /// <param name="settings">Variables of the Makefile to set, and options of <c>make</c>.</param>
    public void CompileAsOne(string stage, IReadOnlyList<string> core, IReadOnlyList<string> native, IReadOnlyList<string> settings) =>
        Compile(
            stage,
            core.Count + native.Count,
            [
                "oxidizer-python",
                $"oxidizer_jobs={parallelism}",
                $"oxidizer_core={string.Join(' ', core)}",
                $"oxidizer_native={string.Join(' ', native.Append("Programs/python.o").Append(GnuReadlineObject).Distinct())}",
                .. settings,
            ]
        );

    /// <summary>Compiles single objects, as CPython compiles those of its core without a profile.</summary>
    public void CompileObjects(string stage, IReadOnlyList<string> objects) => Compile(stage, objects.Count, objects);

    private void Compile(string stage, int expected, IReadOnlyList<string> arguments)
    {
        progress.Begin(stage, expected);
        Run(
            $"{stage} CPython",
            [$"-j{parallelism}", .. arguments],
            line =>
            {
                if (line.Contains(" -c ", StringComparison.Ordinal) && line.LastIndexOf(' ') is > 0 and var space)
                    progress.Step(line[(space + 1)..]);
            }
        );
        progress.End();
    }

    private string Run(string act, IReadOnlyList<string> arguments, Action<string>? onLine) =>
        command.Run(act, root, BuildProgram.Make, ["--no-print-directory", "-f", "Makefile", "-f", RulesFile, .. arguments], onLine);

    private static IReadOnlyList<string> Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
