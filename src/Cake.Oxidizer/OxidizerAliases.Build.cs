using Cake.Core;
using Cake.Core.Annotations;
using Cake.Core.IO;
using Oxidizer.Packager;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Reporting;

namespace Cake.Oxidizer;

public static partial class OxidizerAliases
{
    /// <summary>Packages a program with the configuration that is found in the working directory or above it (or named by
    /// <c>OXIDIZER_CONFIG</c>).</summary>
    /// <param name="context">Cake's.</param>
    /// <returns>Where the product is, its size and digest, and what was executed and reused for it.</returns>
    /// <exception cref="CakeException">The build failed; the message has every mistake with its id, file and line.</exception>
    /// <example>
    /// <code>
    /// var result = OxidizerBuild();
    /// </code>
    /// </example>
    [CakeMethodAlias]
    [CakeNamespaceImport("Oxidizer.Packager.Reporting")]
    public static BuildResult OxidizerBuild(this ICakeContext context) => Build(context, null, new OxidizerBuildSettings());

    /// <summary>Packages a program.</summary>
    /// <param name="context">Cake's.</param>
    /// <param name="configurationOrScript">A project (its folder, or its <c>pyproject.toml</c>), a configuration (<c>*.toml</c>), or one
    /// Python file, which becomes <c>__main__</c> of a product with the whole standard library.</param>
    /// <returns>Where the product is, its size and digest, and what was executed and reused for it.</returns>
    /// <exception cref="CakeException">The build failed; the message has every mistake with its id, file and line.</exception>
    /// <example>
    /// <code>
    /// var project = OxidizerBuild("./myproject");
    /// var result = OxidizerBuild("./hello.py");
    /// Information("{0} has {1} bytes", result.ProductPath, result.Size);
    /// </code>
    /// </example>
    [CakeMethodAlias]
    [CakeNamespaceImport("Oxidizer.Packager.Reporting")]
    public static BuildResult OxidizerBuild(this ICakeContext context, FilePath configurationOrScript) =>
        Build(context, configurationOrScript, new OxidizerBuildSettings());

    /// <summary>Packages a program, with settings that stand above the configuration's.</summary>
    /// <param name="context">Cake's.</param>
    /// <param name="configurationOrScript">A project, a configuration, or one Python file.</param>
    /// <param name="settings">Target, output folder, cache.</param>
    /// <returns>Where the product is, its size and digest, and what was executed and reused for it.</returns>
    /// <exception cref="CakeException">The build failed; the message has every mistake with its id, file and line.</exception>
    /// <example>
    /// <code>
    /// var result = OxidizerBuild("./oxidizer.toml", new OxidizerBuildSettings()
    ///     .WithOutputDirectory("./artifacts")
    ///     .ForTarget("x86_64-unknown-linux-gnu"));
    /// </code>
    /// </example>
    [CakeMethodAlias]
    [CakeNamespaceImport("Oxidizer.Packager.Reporting")]
    public static BuildResult OxidizerBuild(this ICakeContext context, FilePath configurationOrScript, OxidizerBuildSettings settings) =>
        Build(context, configurationOrScript, settings);

    private static BuildResult Build(ICakeContext context, FilePath? configurationOrScript, OxidizerBuildSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var request = new BuildRequest
        {
            ConfigurationOrScript = configurationOrScript is null ? null : Absolute(context, configurationOrScript),
            StartDirectory = context.Environment.WorkingDirectory.FullPath,
            Target = settings.Target is { } triple ? new TargetTriple(triple) : null,
            OutputDirectory = Absolute(context, settings.OutputDirectory),
            ApplicationName = settings.ApplicationName,
            CacheDirectory = Absolute(context, settings.CacheDirectory),
            DefaultCacheDirectory = ConfiguredCacheDirectory(context),
            Parallelism = settings.Parallelism,
        };
        return Guard(cancellation => Pipeline.Build(request, new CakeBuildLog(context.Log), cancellation));
    }

    private static string? ConfiguredCacheDirectory(ICakeContext context)
    {
        var configured = context.Configuration.GetValue(CacheDirectorySetting);
        return string.IsNullOrEmpty(configured) ? null : Absolute(context, new DirectoryPath(configured));
    }
}
