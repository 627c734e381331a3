namespace Oxidizer.Packager.Diagnostics;

/// <summary>What holds after a stage, whatever the user wrote and whatever the machine does. If it does not, it is a bug of ours. So a
/// condition asks what the stages made, and not the disk, which others may change at any time.</summary>
internal static class Invariant
{
    /// <summary>Ends the build if a condition does not hold. Every build asks, so a condition costs microseconds.</summary>
    /// <param name="condition">What must be true.</param>
    /// <param name="words">The same in words, as a sentence of its own.</param>
    /// <exception cref="InvalidOperationException">It is false; the pipeline makes a <see cref="PackagerBugException"/> of it.</exception>
    public static void Holds(bool condition, string words)
    {
        if (!condition)
            throw new InvalidOperationException($"this must hold, and does not: {words}; please report this");
    }
}
