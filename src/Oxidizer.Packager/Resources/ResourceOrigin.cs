namespace Oxidizer.Packager.Resources;

/// <summary>Whose a resource is: what decides about it asks this, and not the words of a message.</summary>
internal enum ResourceOwner
{
    /// <summary>The program's own, and the packages that it uses.</summary>
    Application,

    /// <summary>The distribution's standard library.</summary>
    StandardLibrary,

    /// <summary>Oxidizer's runtime.</summary>
    Runtime,
}

/// <summary>What brought a resource.</summary>
/// <param name="Rule">The rule's number in the configuration, from 1; 0: no rule.</param>
/// <param name="Owner">Whose it is.</param>
/// <param name="Words">How messages name it: <c>rule 2 (package-root /app)</c>. A path in it may hold any text.</param>
internal sealed record ResourceOrigin(int Rule, ResourceOwner Owner, string Words)
{
    /// <summary>What the packager itself adds.</summary>
    public static ResourceOrigin Runtime { get; } = new(0, ResourceOwner.Runtime, "the runtime");

    /// <inheritdoc/>
    public override string ToString() => Words;
}
