using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Bytecode;

/// <summary>A warning of Python's compiler.</summary>
/// <param name="Line">From 1; 0 if it named none.</param>
/// <param name="Message">Python's words.</param>
internal sealed record CompileWarning(int Line, string Message);

/// <summary>A module to compile, and why.</summary>
/// <param name="Module">The module.</param>
/// <param name="Reason">Why its code is not taken from the cache.</param>
internal sealed record CompileRequest(ModuleSource Module, string Reason);

/// <summary>A compiled module.</summary>
/// <param name="Code">The marshalled code object, in canonical form; empty for a module that Python refuses, if that is allowed.</param>
/// <param name="Warnings">What Python warned of.</param>
/// <param name="Seconds">How long it took.</param>
internal sealed record CompileResult(byte[] Code, IReadOnlyList<CompileWarning> Warnings, double Seconds);
