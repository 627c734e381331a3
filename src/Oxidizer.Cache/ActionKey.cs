namespace Oxidizer.Cache;

/// <summary>One named input of an action, as text, so that a miss can be explained in words.</summary>
public readonly record struct KeyField(string Name, string Value);

/// <summary>The identity of an action: the digest of everything that its outputs depend on, with the fields that it was made of.</summary>
/// <param name="Kind">The step, such as <c>compile_bytecode</c>; statistics and explanations group by it.</param>
/// <param name="Digest">SHA-256 over kind, salt and length-prefixed fields.</param>
/// <param name="Fields">What went in, in order. Long lists may be given as one digest each.</param>
public sealed record ActionKey(string Kind, Sha256Digest Digest, IReadOnlyList<KeyField> Fields)
{
    /// <summary>Keys are equal when their digests are.</summary>
    public bool Equals(ActionKey? other) => other is not null && Digest == other.Digest;

    /// <inheritdoc/>
    public override int GetHashCode() => Digest.GetHashCode();

    /// <summary>The kind and the first digits of the digest.</summary>
    public override string ToString() => $"{Kind}:{Digest.ToShortString()}";
}
