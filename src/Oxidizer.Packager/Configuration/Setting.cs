namespace Oxidizer.Packager.Configuration;

/// <summary>What the runtime reads a setting into.</summary>
internal enum SettingKind
{
    /// <summary><c>true</c> or <c>false</c>.</summary>
    Flag,

    /// <summary>A decimal number.</summary>
    Number,

    /// <summary>One of a few words.</summary>
    Choice,

    /// <summary>A text.</summary>
    Text,

    /// <summary>Texts: the name stands once for each.</summary>
    List,
}

/// <summary>A setting of the packed resources.</summary>
/// <param name="Name">Its name there.</param>
/// <param name="Kind">What the runtime reads it into.</param>
/// <param name="Choices">The words, of a choice.</param>
/// <param name="Initial">Its values when the configuration says nothing; empty: the runtime decides.</param>
internal sealed record DeclaredSetting(string Name, SettingKind Kind, IReadOnlyList<string> Choices, IReadOnlyList<string> Initial);

/// <summary>A setting that a key of a table makes.</summary>
/// <param name="Name">Its name in the packed resources.</param>
/// <param name="Kind">What the runtime reads it into.</param>
/// <param name="Choices">The words, of a choice.</param>
/// <param name="Values">Its values: one, or those of a list; empty: it is not packed, and the runtime decides.</param>
internal sealed record Setting<T>(string Name, SettingKind Kind, IReadOnlyList<string> Choices, Func<T, IReadOnlyList<string>> Values);
