namespace Oxidizer.Packager.Diagnostics;

public static partial class DiagnosticKinds
{
    /// <summary>There is no configuration, or the named one does not exist.</summary>
    public static readonly DiagnosticKind ConfigurationNotFound = new("OXI0101", DiagnosticSeverity.Error, "no configuration");

    /// <summary>A key that the table does not have.</summary>
    public static readonly DiagnosticKind UnknownKey = new("OXI0102", DiagnosticSeverity.Error, "an unknown key");

    /// <summary>A value of another type than the key takes.</summary>
    public static readonly DiagnosticKind WrongType = new("OXI0103", DiagnosticSeverity.Error, "a value of the wrong type");

    /// <summary>A value of the right type that the key does not take.</summary>
    public static readonly DiagnosticKind InvalidValue = new("OXI0104", DiagnosticSeverity.Error, "a value that the key does not take");

    /// <summary>The file is not TOML.</summary>
    public static readonly DiagnosticKind ConfigurationNotToml = new("OXI0105", DiagnosticSeverity.Error, "the configuration is not TOML");

    /// <summary>The file is not UTF-8.</summary>
    public static readonly DiagnosticKind ConfigurationNotUtf8 = new("OXI0106", DiagnosticSeverity.Error, "the configuration is not UTF-8");

    /// <summary>The file is larger than any configuration.</summary>
    public static readonly DiagnosticKind ConfigurationTooLarge = new(
        "OXI0107",
        DiagnosticSeverity.Error,
        "the configuration is too large"
    );

    /// <summary>The file cannot be read.</summary>
    public static readonly DiagnosticKind ConfigurationNotReadable = new(
        "OXI0108",
        DiagnosticSeverity.Error,
        "the configuration cannot be read"
    );

    /// <summary>A table that configurations do not have.</summary>
    public static readonly DiagnosticKind UnknownTable = new("OXI0109", DiagnosticSeverity.Error, "an unknown table");

    /// <summary>A key or a table that is defined twice.</summary>
    public static readonly DiagnosticKind DuplicateKey = new("OXI0110", DiagnosticSeverity.Error, "a key or table is defined twice");

    /// <summary>A key that other keys require.</summary>
    public static readonly DiagnosticKind MissingKey = new("OXI0111", DiagnosticSeverity.Error, "a key is missing");

    /// <summary>Keys that exclude each other.</summary>
    public static readonly DiagnosticKind ContradictingKeys = new("OXI0112", DiagnosticSeverity.Error, "keys that exclude each other");

    /// <summary>A path names an environment variable that is not set.</summary>
    public static readonly DiagnosticKind UndefinedVariable = new(
        "OXI0113",
        DiagnosticSeverity.Error,
        "an environment variable is not set"
    );

    /// <summary>A type of rule that does not exist.</summary>
    public static readonly DiagnosticKind UnknownRuleType = new("OXI0114", DiagnosticSeverity.Error, "an unknown type of rule");

    /// <summary>No rule brings anything.</summary>
    public static readonly DiagnosticKind NothingToPackage = new("OXI0115", DiagnosticSeverity.Error, "nothing to package");

    /// <summary>The script that stands in for a configuration is not there.</summary>
    public static readonly DiagnosticKind ScriptNotFound = new("OXI0116", DiagnosticSeverity.Error, "no script");

    /// <summary>A setting that is read but not implemented yet.</summary>
    public static readonly DiagnosticKind NotSupportedYet = new("OXI0117", DiagnosticSeverity.Error, "a setting is not supported yet");
}
