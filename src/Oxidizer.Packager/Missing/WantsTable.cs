using System.Globalization;
using System.Text;
using Oxidizer.Cache;

namespace Oxidizer.Packager.Missing;

/// <summary>
/// What sources ask for, by their digests, as text for the cache:
/// <code>
/// = digest flags          a source; flags: m makes modules, p changes the path, - none
/// kind line name part,... what it asks for
/// </code>
/// </summary>
internal static class WantsTable
{
    private const string Letters = "IFGDL";

    /// <summary>The bytes of a table.</summary>
    public static byte[] Write(IEnumerable<KeyValuePair<Sha256Digest, SourceWants>> sources)
    {
        var text = new StringBuilder();
        foreach (var (digest, wants) in sources.OrderBy(source => source.Key))
        {
            text.Append("= ").Append(digest).Append(' ').Append(wants.MakesModules ? "m" : "").Append(wants.ChangesPath ? "p" : "");
            text.Append("-\n");
            // A name that came out of a text may hold a blank; then it is the name of no module and of no library.
            foreach (var want in wants.Wants.Where(want => !want.Name.Contains(' ') && !want.Name.Contains('\n')))
                text.Append(Letters[(int)want.Kind])
                    .Append(CultureInfo.InvariantCulture, $" {want.Line} {want.Name} ")
                    .AppendJoin(',', want.Parts)
                    .Append('\n');
        }
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>Reads a table into a dictionary; <c>false</c> when the bytes are none.</summary>
    public static bool TryRead(byte[] bytes, Dictionary<Sha256Digest, SourceWants> sources)
    {
        List<Want>? wants = null;
        foreach (var line in Encoding.UTF8.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var fields = line.Split(' ');
            if (fields is ["=", var hexadecimal, var flags] && Sha256Digest.TryParse(hexadecimal, out var digest))
            {
                wants = [];
                sources[digest] = new SourceWants(wants) { MakesModules = flags.Contains('m'), ChangesPath = flags.Contains('p') };
            }
            else if (
                fields is [{ Length: 1 } kind, var number, var name, var parts]
                && Letters.Contains(kind, StringComparison.Ordinal)
                && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var at)
                && wants is not null
            )
                wants.Add(
                    new Want((WantKind)Letters.IndexOf(kind, StringComparison.Ordinal), name, at)
                    {
                        Parts = parts.Split(',', StringSplitOptions.RemoveEmptyEntries),
                    }
                );
            else
                return false;
        }
        return true;
    }
}
