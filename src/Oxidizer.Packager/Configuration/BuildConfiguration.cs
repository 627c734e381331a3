using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Configuration;

/// <summary>
/// A configuration for one target: every table merged, every default filled in, every path absolute. The pipeline takes it apart: a stage
/// is given the tables that it reads, and never all of them.
/// </summary>
/// <param name="Origin">The file, or the script that stands in for one; messages name it.</param>
/// <param name="Directory">The folder that relative paths started from.</param>
internal sealed record BuildConfiguration(string Origin, string Directory)
{
    /// <summary><c>[build]</c></summary>
    public BuildTable Build { get; init; } = new();

    /// <summary><c>[python_distribution]</c></summary>
    public DistributionTable Distribution { get; init; } = new();

    /// <summary><c>[python_config]</c></summary>
    public PythonConfigTable PythonConfig { get; init; } = new();

    /// <summary><c>[python_extensions]</c></summary>
    public ExtensionsTable Extensions { get; init; } = new();

    /// <summary><c>[[python_packages]]</c>, in order.</summary>
    public IReadOnlyList<PackageRule> Packages { get; init; } = [];

    /// <summary><c>[python_run]</c></summary>
    public RunTable Run { get; init; } = new();

    /// <summary><c>[packing]</c></summary>
    public PackingTable Packing { get; init; } = new();

    /// <summary><c>[licenses]</c></summary>
    public LicensesTable Licenses { get; init; } = new();

    /// <summary><c>[toolchain]</c></summary>
    public ToolchainTable Toolchain { get; init; } = new();

    /// <summary><c>[cache]</c></summary>
    public CacheTable Cache { get; init; } = new();

    /// <summary><c>[lock]</c></summary>
    public LockTable Lock { get; init; } = new();

    /// <summary>The target that the tables were merged for.</summary>
    public TargetTriple Target { get; init; } = TargetTriple.Host;

    /// <summary>Which Pythons the program is for; <c>null</c>: any.</summary>
    public PythonRequirement? RequiresPython { get; init; }

    /// <summary>What was not clear while it was read.</summary>
    public IReadOnlyList<Diagnostic> Warnings { get; init; } = [];

    /// <summary>Where its keys stand.</summary>
    public KeyPositions Positions { get; init; } = new(Origin, new Dictionary<string, SourceLocation>());

    /// <summary>The same for a product of another name; <c>null</c>: of this one. The program's own name stays.</summary>
    /// <exception cref="BuildFailedException">No product can have the name.</exception>
    public BuildConfiguration Named(string? applicationName)
    {
        var named = applicationName is null ? this : this with { Build = Build with { ApplicationName = applicationName } };
        return ProductName.ProblemOf(named.Build.ApplicationName) is { } problem
            ? throw new BuildFailedException(DiagnosticKinds.InvalidValue, $"the product's name: {problem}", Positions.File)
            : named;
    }
}

/// <summary>What a build makes.</summary>
internal enum ProductOutput
{
    /// <summary>One executable.</summary>
    Executable,

    /// <summary><c>lib*.a</c> with a header.</summary>
    StaticLibrary,

    /// <summary><c>lib*.so</c> with a header.</summary>
    SharedLibrary,
}

/// <summary><c>[build]</c></summary>
internal sealed record BuildTable
{
    /// <summary>The product's name; by default the program's, or that of the configuration's folder.</summary>
    public string ApplicationName { get; init; } = "";

    /// <summary>The product's file: its name, for a library with what the names of libraries have.</summary>
    public string FileName =>
        Output switch
        {
            ProductOutput.StaticLibrary => $"lib{ApplicationName}.a",
            ProductOutput.SharedLibrary => $"lib{ApplicationName}.so",
            _ => ApplicationName,
        };

    /// <summary>Where products go, absolute: <c>build_path/&lt;triple&gt;/&lt;name&gt;</c>; <c>null</c>: the caller decides, by default
    /// <c>build</c> beside the configuration.</summary>
    public string? BuildPath { get; init; }

    /// <summary>The triples to build for.</summary>
    public IReadOnlyList<TargetTriple> Targets { get; init; } = [TargetTriple.Host];

    /// <summary>What kind of product.</summary>
    public ProductOutput Output { get; init; } = ProductOutput.Executable;

    /// <summary>Whether symbols are dropped from the product.</summary>
    public bool Strip { get; init; } = true;

    /// <summary>The newest glibc that the product may ask for, such as <c>2.17</c>; <c>null</c>: not checked.</summary>
    public string? MinimumGlibc { get; init; }
}

/// <summary>How a distribution that we build is optimised.</summary>
internal enum DistributionOptimization
{
    /// <summary>Profile-guided, trained by our short workload.</summary>
    Pgo,

    /// <summary>Plain <c>-O2</c>.</summary>
    NoOpt,

    /// <summary>Profile-guided, and link-time optimised.</summary>
    PgoLto,
}

/// <summary><c>[python_distribution]</c>. Exactly one of <see cref="Url"/>, <see cref="LocalPath"/>, <see cref="Version"/>, <see
/// cref="Source"/> is set.</summary>
internal sealed record DistributionTable
{
    /// <summary>Where an archive is; needs <see cref="Sha256"/>.</summary>
    public string? Url { get; init; }

    /// <summary>An archive on this machine, absolute.</summary>
    public string? LocalPath { get; init; }

    /// <summary>The archive's digest, 64 hexadecimal digits.</summary>
    public string? Sha256 { get; init; }

    /// <summary>A Python version whose standalone release is looked up, such as <c>3.13</c>.</summary>
    public string? Version { get; init; }

    /// <summary>The release's flavour.</summary>
    public string Flavor { get; init; } = "pgo+lto-full";

    /// <summary>The release's tag.</summary>
    public string Release { get; init; } = "latest";

    /// <summary>Where releases are.</summary>
    public string? ReleasesUrl { get; init; }

    /// <summary><c>apt:python3.11</c>, <c>apt:python3</c>, or the absolute path of a source archive.</summary>
    public string? Source { get; init; }

    /// <summary>How a distribution from source is optimised.</summary>
    public DistributionOptimization Optimizations { get; init; } = DistributionOptimization.Pgo;

    /// <summary>The Python that compiles bytecode, absolute; <c>null</c>: the distribution's own.</summary>
    public string? Interpreter { get; init; }

    /// <summary>Where the table stands, for messages.</summary>
    public SourceLocation? Location { get; init; }
}

/// <summary><c>[python_config]</c>: the interpreter's settings in the product. Each key is a setting of the packed resources, by its TOML
/// name.</summary>
internal sealed record PythonConfigTable
{
    /// <summary>The name in messages and <c>sys.argv[0]</c>'s fallback; by default the application's, <c>null</c> until it is
    /// known.</summary>
    public string? ProgramName { get; init; }

    /// <summary>No <c>__pycache__</c>.</summary>
    public bool DontWriteBytecode { get; init; } = true;

    /// <summary>PYTHON* variables are ignored.</summary>
    public bool IgnoreEnvironment { get; init; } = true;

    /// <summary>Variables that lead the C libraries within to files (<c>OPENSSL_CONF</c>, <c>TERMINFO</c>) are removed at the
    /// start.</summary>
    public bool IgnoreLibraryEnvironment { get; init; }

    /// <summary>Whether packed files can be opened by their paths.</summary>
    public bool VirtualFiles { get; init; } = true;

    /// <summary><c>site</c> is not imported.</summary>
    public bool NoSite { get; init; } = true;

    /// <summary>The user's site-packages are not used.</summary>
    public bool NoUserSiteDirectory { get; init; } = true;

    /// <summary>Python's isolated mode.</summary>
    public bool Isolated { get; init; } = true;

    /// <summary>0, 1 or 2: of <c>sys.flags</c> and, by default, of the bytecode.</summary>
    public int OptimizeLevel { get; init; }

    /// <summary><c>encoding:errors</c> of the standard streams; <c>null</c>: Python's choice.</summary>
    public string? StdioEncoding { get; init; }

    /// <summary>Unbuffered standard streams.</summary>
    public bool UnbufferedStdio { get; init; }

    /// <summary>UTF-8 mode; <c>null</c>: Python's choice by the locale.</summary>
    public bool? Utf8Mode { get; init; }

    /// <summary>Warning filters, as after <c>-W</c>.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>What stands on <c>sys.path</c> after the product itself. <c>$ORIGIN</c> is the product's folder.</summary>
    public IReadOnlyList<string> SysPaths { get; init; } = [];

    /// <summary>Whether folders that the configuration or the program puts on <c>sys.path</c> are searched, after memory.</summary>
    public bool FilesystemImporter { get; init; } = true;

    /// <summary>Sets <c>sys.frozen</c>.</summary>
    public bool SysFrozen { get; init; }

    /// <summary>Sets <c>sys._MEIPASS</c>.</summary>
    public bool SysMeipass { get; init; }

    /// <summary><c>virtual</c>, <c>none</c> or <c>filesystem</c>.</summary>
    public string ModuleFile { get; init; } = "virtual";

    /// <summary>Whether <c>__file__</c> names files that <c>open</c> finds.</summary>
    public bool HasFiles => VirtualFiles || ModuleFile == "filesystem";

    /// <summary><c>system</c>, <c>pymalloc</c> or <c>mimalloc</c>; <c>null</c>: Python's own.</summary>
    public string? RawAllocator { get; init; }

    /// <summary><c>dynamic</c>, <c>none</c> or <c>static</c>.</summary>
    public string TerminfoResolution { get; init; } = "dynamic";

    /// <summary>Folders for <c>static</c>.</summary>
    public IReadOnlyList<string> TerminfoDirs { get; init; } = [];

    /// <summary><c>auto</c>, <c>fork</c>, <c>forkserver</c>, <c>spawn</c> or <c>none</c>.</summary>
    public string MultiprocessingStartMethod { get; init; } = "auto";

    /// <summary>Modules that are imported when first used; <c>*</c> alone stands for all.</summary>
    public IReadOnlyList<string> LazyModules { get; init; } = [];

    /// <summary>Variable that names a folder into which the product writes what it imported.</summary>
    public string? WriteModulesDirectoryEnv { get; init; }

    /// <summary>Who may take the product for <c>python</c>: <c>false</c>, <c>children</c> or <c>true</c>; <c>null</c>: <c>children</c>
    /// unless <see cref="SysFrozen"/>.</summary>
    public string? ActAsPython { get; init; }
}

/// <summary><c>[python_extensions]</c></summary>
internal sealed record ExtensionsTable
{
    /// <summary><c>all</c>, <c>none</c>, <c>minimal</c>, <c>no-libraries</c>, <c>no-copyleft</c>, <c>explicit-includes</c> or
    /// <c>explicit-excludes</c>.</summary>
    public string Policy { get; init; } = "all";

    /// <summary>For <c>explicit-includes</c>; with <c>no-copyleft</c>, linked whatever their licences.</summary>
    public IReadOnlyList<string> Includes { get; init; } = [];

    /// <summary>For <c>explicit-excludes</c>; with every policy, never linked.</summary>
    public IReadOnlyList<string> Excludes { get; init; } = [];

    /// <summary>Extension name to variant name.</summary>
    public IReadOnlyDictionary<string, string> Variants { get; init; } = new Dictionary<string, string>();

    /// <summary>Folders, absolute, where libraries of shared extension modules are looked for before the system's.</summary>
    public IReadOnlyList<string> LibraryPaths { get; init; } = [];

    /// <summary>Globs over SONAMEs of libraries that the target has, such as <c>libGL.so.*</c>: they are not packed.</summary>
    public IReadOnlyList<string> SystemLibraries { get; init; } = [];

    /// <summary>Where the table stands, for messages.</summary>
    public SourceLocation? Location { get; init; }
}

/// <summary><c>[python_run]</c>: what the product does.</summary>
internal sealed record RunTable
{
    /// <summary><c>repl</c>, <c>module</c>, <c>eval</c>, <c>file</c> or <c>noop</c>.</summary>
    public string Mode { get; init; } = "repl";

    /// <summary>For <c>module</c>: a module, or <c>package.module:function</c>.</summary>
    public string? Module { get; init; }

    /// <summary>For <c>eval</c>.</summary>
    public string? Code { get; init; }

    /// <summary>For <c>file</c>: a path that the product opens when it runs.</summary>
    public string? Path { get; init; }

    /// <summary>
    /// As written. <c>package.module:function</c> stands in <see cref="Module"/> too, with the mode <c>module</c>; the name of a console
    /// script stands only here, because its function is known only when the installed distributions are.
    /// </summary>
    public string? EntryPoint { get; init; }

    /// <summary>The commands of a product that has several; the mode is <c>module</c> then.</summary>
    public IReadOnlyList<RunCommand> Commands { get; init; } = [];

    /// <summary>The modules, and functions of modules, that a start may run; empty in other modes than <c>module</c>.</summary>
    public IEnumerable<string> Starts =>
        Mode != "module" ? []
        : Module is not null ? [Module]
        : Commands.Select(command => command.EntryPoint);

    /// <summary>Where the table stands, for messages.</summary>
    public SourceLocation? Location { get; init; }
}

/// <summary>One command of a product.</summary>
/// <param name="Name">What the product is called by to run it.</param>
/// <param name="EntryPoint"><c>package.module:function</c>, or the name of a console script until the distributions are known.</param>
/// <param name="Location">Where it stands, for messages.</param>
internal sealed record RunCommand(string Name, string EntryPoint, SourceLocation Location);

/// <summary><c>[packing]</c></summary>
internal sealed record PackingTable
{
    /// <summary><c>import</c>, <c>name</c>, or the absolute path of a recorded order.</summary>
    public string Order { get; init; } = "import";

    /// <summary><c>none</c>, <c>zstd</c> or <c>zlib</c>, for sources and resources.</summary>
    public string Compress { get; init; } = "none";

    /// <summary>The codec's level.</summary>
    public int? CompressLevel { get; init; }

    /// <summary><c>marshal</c>.</summary>
    public string Bytecode { get; init; } = "marshal";

    /// <summary>Globs over modules that the program does without: no warning when nothing brings them.</summary>
    public IReadOnlyList<string> OptionalImports { get; init; } = [];
}

/// <summary><c>[toolchain]</c></summary>
internal sealed record ToolchainTable
{
    /// <summary>The C compiler; <c>null</c>: <c>cc</c>, <c>gcc</c> or <c>clang</c>, whichever is there.</summary>
    public string? Cc { get; init; }

    /// <summary>The archiver; <c>null</c>: <c>ar</c>.</summary>
    public string? Ar { get; init; }

    /// <summary><c>auto</c>, <c>mold</c>, <c>lld</c> or <c>ld</c>.</summary>
    public string Linker { get; init; } = "auto";

    /// <summary>More flags for the compiler.</summary>
    public IReadOnlyList<string> CFlags { get; init; } = [];

    /// <summary>More flags for the link.</summary>
    public IReadOnlyList<string> LdFlags { get; init; } = [];

    /// <summary>Put in front of the compiler: <c>ccache</c>.</summary>
    public string? Launcher { get; init; }

    /// <summary>The target's root folder, absolute.</summary>
    public string? Sysroot { get; init; }

    /// <summary>No dynamic libc.</summary>
    public bool Static { get; init; }
}

/// <summary><c>[cache]</c></summary>
internal sealed record CacheTable
{
    /// <summary>Absolute; <c>null</c>: the user's cache folder.</summary>
    public string? Directory { get; init; }

    /// <summary>In bytes.</summary>
    public long MaxSize { get; init; } = 10L << 30;

    /// <summary>Address of a second tier.</summary>
    public string? Remote { get; init; }

    /// <summary>Whether this build may write to the second tier.</summary>
    public bool RemoteWrite { get; init; }

    /// <summary>Nothing is stored.</summary>
    public bool ReadOnly { get; init; }
}
