using System.Text;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Elf;
using Oxidizer.Packager.Linking;
using Oxidizer.Packager.Processes;
using Oxidizer.Packager.Programs;
using Oxidizer.Packager.Runtime;

namespace Oxidizer.Packager.Tests.Linking;

/// <summary>Real programs are linked by real linkers, and the resources are added to them.</summary>
public sealed class SpliceResourcesTests : IDisposable
{
    private const string Program = """
        #include "reader/location.h"
        #include <stdio.h>
        #include <string.h>
        #ifdef EMPTY
        void _start(void) { for (;;) {} }
        #else
        static int zeros[100000];
        static const char *pointers[] = {"relocated", "pointers"};
        int main(void) {
            for (int i = 0; i < 100000; i++) if (zeros[i]) return 3;
            zeros[99999] = 1;
            fprintf(stderr, "%s %s\n", pointers[0], pointers[1]);
            if (pyembed_location.size == 0) return 2;
            const char *blob = (const char *)&pyembed_location + pyembed_location.offset;
            if ((size_t)blob % 4096) return 4;
            return fwrite(blob, 1, pyembed_location.size, stdout) == pyembed_location.size ? 0 : 5;
        }
        #endif
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("oxidizer-splice-").FullName;

    public SpliceResourcesTests()
    {
        RuntimeSources.WriteTo(RuntimeSources.All, _folder);
        File.WriteAllText(this["main.c"], Program);
        File.WriteAllText(this["blob"], string.Concat(Enumerable.Range(0, 5000).Select(number => $"line {number}\n")));
    }

    private string this[string name] => Path.Combine(_folder, name);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static TheoryData<string> Linkers =>
        [.. new[] { "bfd", "mold", "lld" }.Where(name => Machine.FindProgram(name == "mold" ? "mold" : "ld." + name) is not null)];

    [Theory]
    [MemberData(nameof(Linkers))]
    public void A_program_reads_the_resources_that_were_added(string linker)
    {
        Link($"-fuse-ld={linker}", "-pie", "-fPIE");
        SpliceResources.Write(this["linked"], this["blob"], this["product"]);
        AssertPrintsTheBlob(this["product"]);
    }

    [Fact]
    public void A_static_program_reads_them_too()
    {
        Link("-static-pie", "-fPIE");
        SpliceResources.Write(this["linked"], this["blob"], this["product"]);
        AssertPrintsTheBlob(this["product"]);
    }

    [Fact]
    public void An_empty_program_says_that_it_has_none()
    {
        Link("-pie", "-fPIE");
        Assert.Equal(2, Run(this["linked"]).ExitCode);
    }

    [Fact]
    public void Readelf_finds_nothing_to_complain_about()
    {
        Link("-pie", "-fPIE");
        SpliceResources.Write(this["linked"], this["blob"], this["product"]);
        var result = Run("readelf", "-aW", this["product"]);
        Assert.Equal("", result.Error);
        Assert.DoesNotContain("Warning", result.Output);
        Assert.Matches(@"\.oxidizer\.resources +PROGBITS", result.Output);
    }

    [Fact]
    public void A_product_survives_strip()
    {
        Link("-pie", "-fPIE", "-g");
        SpliceResources.Write(this["linked"], this["blob"], this["product"]);
        var result = Run("strip", this["product"]);
        Assert.Equal(("", 0), (result.Error, result.ExitCode));
        AssertPrintsTheBlob(this["product"]);
    }

    [Fact]
    public void The_same_inputs_give_the_same_bytes()
    {
        Link("-pie", "-fPIE");
        SpliceResources.Write(this["linked"], this["blob"], this["product"]);
        File.WriteAllText(this["product2"], "what was there before");
        SpliceResources.Write(this["linked"], this["blob"], this["product2"]);
        Assert.Equal(File.ReadAllBytes(this["product"]), File.ReadAllBytes(this["product2"]));
    }

    [Fact]
    public void A_runtime_without_a_note_is_a_mistake_of_the_build_that_names_the_way_out()
    {
        File.WriteAllText(
            this["no-notes.ld"],
            "PHDRS { text PT_LOAD FLAGS(5); data PT_LOAD FLAGS(6); }\nSECTIONS { . = SIZEOF_HEADERS; .text : { *(.text*) *(.rodata*) } :text\n"
                + "/DISCARD/ : { *(.note*) *(.comment) *(.eh_frame*) }\n.oxidizer.location : { KEEP(*(.oxidizer.location)) } :text\n"
                + ". = ALIGN(4096); .data : { *(.data*) *(.bss*) } :data }\n"
        );
        Link("-nostdlib", "-static", "-DEMPTY", "-Wl,-T," + this["no-notes.ld"], "-Wl,--build-id=none");
        using var cache = Cache.LiteDbCache.Open(new Cache.CacheSettings(this["cache"]));
        var context = new BuildContext(
            new Distributions.RecordingLog(),
            cache,
            new DiagnosticBag(),
            new ActionLedger(),
            _folder,
            1,
            CancellationToken.None
        );
        var runtime = new Cache.ActionOutput("runtime", cache.StoreFile(this["linked"]), new FileInfo(this["linked"]).Length);
        using var file = new Files.AtomicFile(this["product"]);
        Assert.Equal(
            "error OXI0704: what the linker made has no note segment that could give way to the resources; use another linker ([toolchain] linker)",
            Assert
                .Throws<BuildFailedException>(() =>
                    LinkProduct.Link(runtime, new ProductParts(cache.StoreFile(this["blob"])), "product", file, context)
                )
                .Message
        );
        Assert.False(File.Exists(this["product"]));
    }

    [Fact]
    public void A_file_without_the_location_is_refused()
    {
        File.WriteAllText(this["main.c"], "int main(void) { return 0; }");
        Assert.Equal(0, Run("cc", this["main.c"], "-o", this["linked"]).ExitCode);
        Assert.Contains(".oxidizer.location", Refusal());
    }

    [Fact]
    public void Resources_are_added_only_once()
    {
        Link("-pie", "-fPIE");
        SpliceResources.Write(this["linked"], this["blob"], this["product"]);
        File.Move(this["product"], this["linked"], overwrite: true);
        Assert.Contains("no empty section", Refusal());
    }

    [Fact]
    public void A_file_that_is_cut_anywhere_is_refused()
    {
        Link("-pie", "-fPIE", "-s");
        var bytes = File.ReadAllBytes(this["linked"]);
        // The section headers stand at the end: every cut loses some of them.
        foreach (var length in Enumerable.Range(0, bytes.Length / 97).Select(step => step * 97).Append(bytes.Length - 1))
        {
            File.WriteAllBytes(this["linked"], bytes[..length]);
            Refusal();
        }
    }

    [Fact]
    public void A_header_with_any_byte_changed_is_refused_or_gives_the_file_with_the_blob_and_nothing_else_changed()
    {
        Link("-pie", "-fPIE", "-s");
        var bytes = File.ReadAllBytes(this["linked"]);
        int refused = 0,
            spliced = 0;
        foreach (var at in Enumerable.Range(0, 64 + 14 * 56))
        {
            var changed = (byte[])bytes.Clone();
            changed[at] ^= 0x80;
            File.WriteAllBytes(this["linked"], changed);
            try
            {
                SpliceResources.Write(this["linked"], this["blob"], this["product"]);
            }
            catch (InvalidDataException)
            {
                refused++;
                continue;
            }
            AssertIsSpliced(changed, File.ReadAllBytes(this["product"]), $"byte {at}");
            spliced++;
        }
        Assert.True(refused > 50 && spliced > 50, $"{refused} were refused, {spliced} were spliced");
    }

    // What a splice must be, whatever the header says that it need not understand.
    private void AssertIsSpliced(byte[] linked, byte[] product, string what)
    {
        var (before, after) = (new ElfImage(linked), new ElfImage(product));
        var blob = File.ReadAllBytes(this["blob"]);
        var section = after.FindSection(".oxidizer.resources");
        Assert.True(section is not null && after.Sections[^1] == section && after.Sections.Count == before.Sections.Count + 1, what);
        var (address, offset, size) = (section.Address, section.Offset, section.Size);
        Assert.True(size == blob.Length && blob.AsSpan().SequenceEqual(product.AsSpan((int)offset, blob.Length)), what);

        var segment = Assert.Single(after.Segments, load => load.Type == ElfImage.LoadSegment && load.Offset == offset);
        Assert.Equal((address, size, size), (segment.Address, segment.FileSize, segment.MemorySize));
        Assert.Equal(address % segment.Alignment, offset % segment.Alignment);
        Assert.All(
            after.Segments.Where(load => load.Type == ElfImage.LoadSegment && load != segment),
            load => Assert.True(load.End <= address, what)
        );
        // All other segments are what they were, but for the note that gave way.
        var (was, isNow) = (Segments(before), Segments(after));
        isNow.RemoveAt(after.Segments.ToList().IndexOf(segment));
        was.RemoveAt(was.FindLastIndex(text => text.StartsWith("04000000", StringComparison.Ordinal)));
        Assert.Equal(was, isNow);

        var place = after.FindSection(".oxidizer.location")!;
        var location = (int)place.Offset;
        Assert.Equal((address, size), (after.U64(location) + place.Address, after.U64(location + 8)));
        // Nothing else of the file is another: not one byte outside of the two tables' places and of what says where the blob is.
        foreach (
            var (start, length) in new[]
            {
                (40, 8),
                (60, 2),
                ((int)before.Segments[0].At, before.Segments.Count * ElfImage.SegmentSize),
                (location, 16),
            }
        )
            linked.AsSpan(start, length).CopyTo(product.AsSpan(start));
        Assert.True(linked.AsSpan().SequenceEqual(product.AsSpan(0, linked.Length)), what);
    }

    private static List<string> Segments(ElfImage image) =>
        [.. image.Segments.Select(segment => Convert.ToHexString(image.Range(segment.At, ElfImage.SegmentSize)))];

    private void Link(params string[] flags)
    {
        var result = Run(
            "cc",
            [this["main.c"], this["pyembed/reader/location.c"], "-I" + this["pyembed"], "-O2", .. flags, "-o", this["linked"]]
        );
        Assert.True(result.ExitCode == 0, result.Error);
    }

    private string Refusal() =>
        Assert.Throws<InvalidDataException>(() => SpliceResources.Write(this["linked"], this["blob"], this["product"])).Message;

    private void AssertPrintsTheBlob(string program)
    {
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite);
        var result = Run(program);
        Assert.Equal((0, "relocated pointers\n"), (result.ExitCode, result.Error));
        Assert.Equal(File.ReadAllText(this["blob"], Encoding.UTF8), result.Output);
    }

    private static CommandResult Run(string program, params string[] arguments)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        return ChildProcess.Run(new Command(program, arguments), limit.Token);
    }
}
