using Oxidizer.Cache;

namespace Oxidizer.Benchmarks;

/// <summary>The simplest cache that is right under kills: a file a record, a file a blob, each written beside its place and
/// renamed.</summary>
internal sealed class PlainFileStore(string folder) : IStore
{
    public void Add(int first, int count, int size)
    {
        for (var number = first; number < first + count; number++)
        {
            var content = Entry.ContentOf(number, size);
            var digest = Sha256Digest.Of(content);
            Write(PathOf("blobs", digest), content);
            Write(PathOf("actions", Entry.KeyOf(number).Digest), digest.ToArray());
        }
    }

    public int Find(int first, int count) =>
        Enumerable
            .Range(first, count)
            .Count(number =>
            {
                var record = PathOf("actions", Entry.KeyOf(number).Digest);
                return File.Exists(record) && File.Exists(PathOf("blobs", new Sha256Digest(File.ReadAllBytes(record))));
            });

    public void Dispose() { }

    private static void Write(string path, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path + ".tmp", content);
        File.Move(path + ".tmp", path, overwrite: true);
    }

    private string PathOf(string kind, Sha256Digest digest)
    {
        var name = digest.ToString();
        return Path.Combine(folder, kind, name[..2], name[2..]);
    }
}
