using Cake.Core;
using Cake.Core.Annotations;
using Cake.Core.IO;
using Oxidizer.Packager;

namespace Cake.Oxidizer;

public static partial class OxidizerAliases
{
    /// <summary>Writes an <c>oxidizer.toml</c> to begin with beside a project or a script: what <c>OxidizerBuild</c> would build without
    /// it, with comments, and <c>oxidizer.schema.json</c> for editors. Nothing is replaced.</summary>
    /// <param name="context">Cake's.</param>
    /// <param name="projectOrScript">A folder with <c>pyproject.toml</c>, that file, or one Python file.</param>
    /// <returns>The configuration that was written.</returns>
    /// <exception cref="CakeException">One is there already, or the project has mistakes.</exception>
    /// <example>
    /// <code>
    /// OxidizerInit("./myproject");
    /// </code>
    /// </example>
    [CakeMethodAlias]
    public static FilePath OxidizerInit(this ICakeContext context, FilePath projectOrScript)
    {
        ArgumentNullException.ThrowIfNull(projectOrScript);
        return new FilePath(Guard(_ => InitialConfiguration.Write(Absolute(context, projectOrScript), new CakeBuildLog(context.Log))));
    }
}
