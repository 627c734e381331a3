using System.Buffers.Binary;
using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Oxidizer.Packager.Packing;

namespace Oxidizer.Packager.Tests.Packing;

/// <summary>A tiny blob, laid out by the writer itself, and bent in every way.</summary>
public sealed class PackedResourcesReaderTests
{
    private static readonly Lazy<byte[]> s_tiny = new(SyntheticBlob.Tiny);

    private static byte[] Tiny => (byte[])s_tiny.Value.Clone();

    [Fact]
    public void A_tiny_blob_verifies() => PackedResourcesReader.Open(Tiny).Verify();

    [Fact]
    public void Plain_files_and_empty_folders_stand_behind_the_runs_of_packages()
    {
        var reader = PackedResourcesReader.Open(Tiny);
        Assert.Equal(3, reader.PlainFiles);
        var first = reader.Count(PackedSection.Resources) - reader.PlainFiles;
        var (folder, link, page) = (
            reader.File(PackedSection.Resources, first),
            reader.File(PackedSection.Resources, first + 1),
            reader.File(PackedSection.Resources, first + 2)
        );
        Assert.Equal(("templates/latest", "../a", PackedFlags.Link, false), (link.Path, link.Target, link.Flags, link.Data.Exists));
        Assert.Equal(
            ("templates/empty", PackedFlags.EmptyFolder, false, -1),
            (folder.Path, folder.Flags, folder.Data.Exists, folder.Owner)
        );
        Assert.Equal(
            ("templates/page.html", "templates/page.html", PackedFlags.Executable | PackedFlags.Link, -1),
            (page.Name, page.Path, page.Flags, page.Owner)
        );
        Assert.Equal("../a/t.txt", page.Target);
        Assert.Equal("page"u8.ToArray(), reader.Read(page.Data));
    }

    [Theory]
    [InlineData("/a/t.txt//")] // absolute
    [InlineData("..\0a/t.txt")]
    [InlineData("../../../a")] // above the root, by its letters
    [InlineData("../../a/..")]
    public void A_link_that_does_not_lead_into_the_root_is_an_error(string target)
    {
        var blob = Tiny;
        System.Text.Encoding.ASCII.GetBytes(target).CopyTo(blob.AsSpan(blob.AsSpan().IndexOf("../a/t.txt\0"u8)));
        System.Security.Cryptography.SHA256.HashData(blob.AsSpan(PackedFormat.HeaderSize), blob.AsSpan(PackedFormat.DigestOffset, 32));
        Assert.Contains("leads to", Assert.Throws<PackedResourcesException>(() => PackedResourcesReader.Open(blob).Verify()).Message);
    }

    [Fact]
    public void More_plain_files_than_resources_are_an_error()
    {
        var blob = Tiny;
        blob[PackedFormat.PlainFilesOffset] = 6;
        Assert.Contains("6 plain files", Assert.Throws<PackedResourcesException>(() => PackedResourcesReader.Open(blob)).Message);
    }

    [Property]
    public bool Names_stand_in_the_order_of_their_bytes(string left, string right)
    {
        (left, right) = (left ?? "", right ?? "");
        // A lone surrogate has no bytes, and stands in no name.
        var encoding = System.Text.Encoding.UTF8;
        (left, right) = (encoding.GetString(encoding.GetBytes(left)), encoding.GetString(encoding.GetBytes(right)));
        return Math.Sign(Utf8Order.Instance.Compare(left, right))
            == Math.Sign(encoding.GetBytes(left).AsSpan().SequenceCompareTo(encoding.GetBytes(right)));
    }

    [Theory]
    [InlineData("\uffee", "\U0001d11e")]
    [InlineData("a", "ab")]
    [InlineData("a.\ue000", "a.\U0001d11e.b")]
    public void A_name_beyond_the_basic_plane_stands_after_all_others(string first, string second)
    {
        Assert.True(Utf8Order.Instance.Compare(first, second) < 0);
        Assert.True(Utf8Order.Instance.Compare(second, first) > 0);
        Assert.Equal(0, Utf8Order.Instance.Compare(second, second));
    }

    [Fact]
    public void Every_truncation_is_an_error()
    {
        var blob = Tiny;
        for (var length = 0; length < blob.Length; length++)
            Assert.Throws<PackedResourcesException>(() => PackedResourcesReader.Open(blob.AsMemory(0, length)));
        Assert.Throws<PackedResourcesException>(() => PackedResourcesReader.Open(new byte[blob.Length * 2]));
    }

    [Fact]
    public void Every_changed_byte_of_the_header_is_an_error()
    {
        for (var index = 0; index < PackedFormat.HeaderSize; index++)
        {
            foreach (byte change in new byte[] { 1, 0x10, 0x80, 0xff })
            {
                var blob = Tiny;
                blob[index] ^= change;
                Assert.Throws<PackedResourcesException>(() => PackedResourcesReader.Open(blob).Verify());
            }
        }
    }

    [Fact]
    public void Every_changed_byte_after_the_header_is_found_by_the_digest()
    {
        for (var index = PackedFormat.HeaderSize; index < Tiny.Length; index += 13)
        {
            var blob = Tiny;
            blob[index] ^= 0x20;
            Assert.Contains("digest", Assert.Throws<PackedResourcesException>(() => PackedResourcesReader.Open(blob).Verify()).Message);
        }
    }

    [Fact]
    public void Hostile_bytes_under_a_right_digest_are_an_error_or_another_blob_and_never_more()
    {
        var random = new Random(1);
        for (var round = 0; round < 4000; round++)
        {
            var blob = Tiny;
            var end = BinaryPrimitives.ReadInt32LittleEndian(blob.AsSpan(PackedFormat.SectionsOffset + 11 * PackedFormat.SectionSize));
            var at = random.Next(PackedFormat.SectionsOffset, end - 4) & ~3;
            BinaryPrimitives.WriteUInt32LittleEndian(
                blob.AsSpan(at),
                round % 3 == 0 ? uint.MaxValue
                    : round % 3 == 1 ? int.MaxValue
                    : (uint)random.Next()
            );
            SHA256.HashData(blob.AsSpan(PackedFormat.HeaderSize)).CopyTo(blob, PackedFormat.DigestOffset);
            try
            {
                PackedResourcesReader.Open(blob).Verify();
            }
            catch (PackedResourcesException exception)
            {
                Assert.Contains("offset", exception.Message);
            }
        }
    }

    [Property(MaxTest = 40)]
    public Property What_is_written_is_read()
    {
        var packages = Gen.ListOf(
                Gen.Zip(
                    Gen.Elements("a", "b", "a.b", "a.c", "\u00e9", "a.\U0001d11e", "a.\uffee", "zz", "_", "encodings"),
                    Gen.Choose(0, 3000)
                )
            )
            .Select(list => list.DistinctBy(package => package.Item1).ToList());
        return Prop.ForAll(
            Gen.Zip(packages, Gen.Elements(PackedCodec.None, PackedCodec.Zlib, PackedCodec.Zstd)).ToArbitrary(),
            generated =>
            {
                var (list, codec) = generated;
                var reader = PackedResourcesReader.Open(SyntheticBlob.WithResources(list, codec));
                reader.Verify();
                return reader.Count(PackedSection.Modules) == list.Count
                    && list.TrueForAll(package =>
                    {
                        var module = reader.Module(reader.Find(package.Item1));
                        return module.Name == package.Item1
                            && reader
                                .Read(reader.File(PackedSection.Resources, module.FirstResource).Data)
                                .SequenceEqual(SyntheticBlob.Content(package.Item2));
                    });
            }
        );
    }

    // Rows of 16 bytes that are not all zero. `OXIDIZER_UPDATE_GOLDEN=1` writes the file anew: then the format has changed, and its version
    // must.
    [Fact]
    public void The_tiny_blob_is_the_golden_one_byte_by_byte()
    {
        var golden = Path.Combine(Root(), "tests/Oxidizer.Packager.Tests/Packing/tiny-blob.txt");
        var rows = Tiny.Chunk(16)
            .Select((row, index) => (Offset: index * 16, Row: row))
            .Where(entry => entry.Row.Any(b => b != 0))
            .Select(entry => $"{entry.Offset:x6} {Convert.ToHexStringLower(entry.Row)}")
            .ToArray();
        if (Environment.GetEnvironmentVariable("OXIDIZER_UPDATE_GOLDEN") == "1")
            File.WriteAllLines(golden, rows);
        Assert.Equal(File.ReadAllLines(golden), rows);
    }

    [Fact]
    public void The_document_draws_what_the_code_writes()
    {
        var document = File.ReadAllLines(Path.Combine(Root(), "docs/formats/packed-resources.md"));
        Assert.Contains($"# The packed-resources blob, version {PackedFormat.Version}", document);
        Assert.Contains($"## Header, {PackedFormat.HeaderSize} bytes", document);
        Assert.Contains($"## Module, {PackedFormat.ModuleSize} bytes", document);
        Assert.Contains($"## Resource, distribution file, shared library, {PackedFormat.FileSize} bytes", document);
        Assert.Contains($"## Distribution, {PackedFormat.DistributionSize} bytes", document);
        Assert.Contains($"## Setting, {PackedFormat.SettingSize} bytes", document);
        var sections = document
            .Where(line => System.Text.RegularExpressions.Regex.IsMatch(line, @"^\| \d+ \| "))
            .Take(PackedFormat.SectionCount)
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .ToList();
        Assert.Equal(
            Enum.GetValues<PackedSection>().Select(section => $"{(int)section} {PackedFormat.EntrySize(section)}"),
            sections.Select(cells => $"{cells[1]} {cells[3]}")
        );
        Assert.Equal(Enum.GetNames<PackedSection>().Select(Plain), sections.Select(cells => Plain(cells[2])));
    }

    [Theory]
    [InlineData("## Header", PackedFormat.HeaderSize)]
    [InlineData("## Module", PackedFormat.ModuleSize)]
    [InlineData("## Resource", PackedFormat.FileSize)]
    [InlineData("## Distribution", PackedFormat.DistributionSize)]
    public void The_fields_of_a_drawing_fill_its_entry(string heading, int size)
    {
        var fields = File.ReadLines(Path.Combine(Root(), "docs/formats/packed-resources.md"))
            .SkipWhile(line => !line.StartsWith(heading, StringComparison.Ordinal))
            .Skip(1)
            .TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal))
            .Select(line => System.Text.RegularExpressions.Regex.Match(line, @"^ +(\d+) +(\d+)  \w"))
            .Where(match => match.Success)
            .Select(match => (Offset: int.Parse(match.Groups[1].Value), Size: int.Parse(match.Groups[2].Value)));
        var end = 0;
        foreach (var field in fields)
        {
            Assert.Equal(end, field.Offset);
            end += field.Size;
        }
        Assert.Equal(size, end);
    }

    private static string Plain(string name) => name.Replace(" ", "", StringComparison.Ordinal).ToLowerInvariant();

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Oxidizer.sln")))
            folder = folder.Parent;
        return folder.FullName;
    }
}
