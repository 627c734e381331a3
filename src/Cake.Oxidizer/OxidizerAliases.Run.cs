using System.Text;
using Cake.Core;
using Cake.Core.Annotations;
using Cake.Core.IO;
using Oxidizer.Packager.Reporting;

namespace Cake.Oxidizer;

public static partial class OxidizerAliases
{
    /// <summary>Starts a product in the script's working directory, with this process's own standard streams, and waits for its
    /// end.</summary>
    /// <param name="context">Cake's.</param>
    /// <param name="result">What <c>OxidizerBuild</c> returned.</param>
    /// <param name="arguments">For the program.</param>
    /// <exception cref="CakeException">It ended with another exit code than 0; the exception has the same code.</exception>
    /// <example>
    /// <code>
    /// OxidizerRun(OxidizerBuild("./hello.py"), "--name", "world");
    /// </code>
    /// </example>
    [CakeMethodAlias]
    public static void OxidizerRun(this ICakeContext context, BuildResult result, params string[] arguments)
    {
        ArgumentNullException.ThrowIfNull(result);
        OxidizerRun(context, new FilePath(result.ProductPath), arguments);
    }

    /// <summary>Starts a product in the script's working directory, with this process's own standard streams, and waits for its
    /// end.</summary>
    /// <param name="context">Cake's.</param>
    /// <param name="product">The executable.</param>
    /// <param name="arguments">For the program.</param>
    /// <exception cref="CakeException">It is not there, or ended with another exit code than 0; the exception has the same
    /// code.</exception>
    /// <example>
    /// <code>
    /// OxidizerRun("./build/x86_64-unknown-linux-gnu/hello");
    /// </code>
    /// </example>
    [CakeMethodAlias]
    public static void OxidizerRun(this ICakeContext context, FilePath product, params string[] arguments)
    {
        ArgumentNullException.ThrowIfNull(product);
        var path = Absolute(context, product);
        if (!context.FileSystem.GetFile(path).Exists)
            throw new CakeException($"no product at `{path}`; build it first with OxidizerBuild");
        var builder = new ProcessArgumentBuilder();
        foreach (var argument in arguments)
            builder.Append(Quote(argument));
        using var process = context.ProcessRunner.Start(
            path,
            new ProcessSettings { Arguments = builder, WorkingDirectory = context.Environment.WorkingDirectory }
        );
        process.WaitForExit();
        var exitCode = process.GetExitCode();
        if (exitCode != 0)
            throw new CakeException(exitCode, $"`{path}` ended with exit code {exitCode}");
    }

    // By the rules that .NET splits ProcessStartInfo.Arguments with: a backslash is itself, but before a quote.
    private static string Quote(string argument)
    {
        var quoted = new StringBuilder("\"");
        var backslashes = 0;
        foreach (var c in argument)
        {
            if (c == '"')
                quoted.Append('\\', backslashes + 1);
            backslashes = c == '\\' ? backslashes + 1 : 0;
            quoted.Append(c);
        }
        return quoted.Append('\\', backslashes).Append('"').ToString();
    }
}
