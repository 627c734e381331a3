namespace Oxidizer.Packager.Missing;

/// <summary>What a source asks for, or gives.</summary>
internal enum WantKind
{
    /// <summary><c>import a.b</c></summary>
    Import,

    /// <summary><c>from .a import b, c</c></summary>
    From,

    /// <summary><c>sys.modules["a"] = ...</c>, or a text in a source that has an import hook.</summary>
    Gives,

    /// <summary><c>find_library("a")</c></summary>
    FindsLibrary,

    /// <summary><c>CDLL("liba.so.1")</c></summary>
    LoadsLibrary,
}

/// <summary>One thing that a source asks for.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">The module or library, as written: a relative one begins with its dots.</param>
/// <param name="Line">From 1.</param>
internal sealed record Want(WantKind Kind, string Name, int Line)
{
    /// <summary>What <c>from</c> takes out of the module: attributes or submodules.</summary>
    public IReadOnlyList<string> Parts { get; init; } = [];
}

/// <summary>What a source asks for whenever it runs, whatever the condition of the machine.</summary>
/// <param name="Wants">In the order of the source.</param>
internal sealed record SourceWants(IReadOnlyList<Want> Wants)
{
    /// <summary>What is known of a source that cannot be read.</summary>
    public static SourceWants None { get; } = new([]);

    /// <summary>Whether it may make modules that no file has: it touches <c>sys.modules</c>, <c>__path__</c> or the import hooks.</summary>
    public bool MakesModules { get; init; }

    /// <summary>Whether it changes <c>sys.path</c>: what is imported then may come from anywhere.</summary>
    public bool ChangesPath { get; init; }
}
