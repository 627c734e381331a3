using System.Globalization;
using System.Text.RegularExpressions;
using Oxidizer.Packager.Linking;
using Oxidizer.Packager.Processes;
using Oxidizer.Packager.Runtime;

namespace Oxidizer.Packager.Tests.Linking;

/// <summary>Real programs are linked, and some of their relocations are left to the runtime.</summary>
public sealed partial class DeferRelocationsTests : IDisposable
{
    // Pointers in every kind of data; dense ones, sparse ones, and such that lie far apart. A constructor sees them all relocated, too.
    private const string Program = """
        #include <stdio.h>
        #include <string.h>
        #define FOUR(a) {a}, {a}, {a}, {a}
        typedef struct { const char *text; long numbers[3]; } sparse;
        static const char *const fixed[] = {"fixed", "text"};
        static const char *dense[200] = {[0 ... 199] = "dense"};
        static sparse rows[100] = {[0 ... 99] = {"sparse", {1, 2, 3}}};
        static char gap[100000] = {1};
        static void *far_away[3] = {gap, far_away, &dense[7]};
        static __thread const char *of_thread = "thread";
        static int early = -1;
        static int wrong(void) {
            int count = strcmp(fixed[0], "fixed") + strcmp(fixed[1], "text") + strcmp(of_thread, "thread");
            for (int i = 0; i < 200; i++) count += strcmp(dense[i], "dense") != 0;
            for (int i = 0; i < 100; i++) count += strcmp(rows[i].text, "sparse") != 0 || rows[i].numbers[2] != 3;
            return count + (far_away[0] != gap) + (far_away[1] != far_away) + (far_away[2] != &dense[7]);
        }
        __attribute__((constructor)) static void begin(void) { early = wrong(); }
        int main(void) { return early + wrong(); }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("oxidizer-defer-").FullName;

    public DeferRelocationsTests()
    {
        RuntimeSources.WriteTo(RuntimeSources.All, _folder);
        File.WriteAllText(this["program.c"], Program);
    }

    private string this[string name] => Path.Combine(_folder, name);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_program_relocates_its_own_data_before_anything_uses_it()
    {
        Link("-pie", "-fPIE", "-Wl,-z,pack-relative-relocs");
        var before = RelocationBytes();
        var deferred = Apply();
        Assert.InRange(deferred, 5, 100);
        Assert.Equal(before - 8 * deferred, RelocationBytes());
        AssertRuns();
    }

    [Fact]
    public void What_is_read_only_after_the_start_is_so_though_the_program_relocates_it_itself()
    {
        // The last pages of a large table: the loader's own entries are before it.
        File.AppendAllText(
            this["program.c"],
            """

            #include <signal.h>
            #include <stdlib.h>
            #include <unistd.h>
            static const char *const table[4096] = {[0 ... 4095] = "table"};
            static void refused(int signal) { (void)signal; _exit(42); }
            __attribute__((constructor(101))) static void write_to_what_is_read_only(void) {
                if (getenv("WRITE") == NULL) return;
                for (int i = 0; i < 4096; i++) if (strcmp(((const char *const volatile *)table)[i], "table") != 0) _exit(1);
                signal(SIGSEGV, refused);
                *(const char *volatile *)(unsigned long)&table[2048] = "changed";
            }
            """
        );
        Link("-pie", "-fPIE", "-Wl,-z,pack-relative-relocs");
        Assert.NotEqual(0, Apply());
        AssertRuns();
        Assert.Equal(42, Run("env", "WRITE=1", this["linked"]).ExitCode);
    }

    [Theory]
    [InlineData("ENOMEM")]
    [InlineData("EINVAL")]
    public void A_kernel_that_brings_no_pages_ahead_starts_the_program_all_the_same(string error)
    {
        Link("-pie", "-fPIE", "-Wl,-z,pack-relative-relocs");
        Assert.NotEqual(0, Apply());
        var result = Run("strace", "-e", "trace=madvise", "-e", $"inject=madvise:error={error}", this["linked"]);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains($"{error} ", result.Error);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_kernel_that_protects_no_pages_ends_the_program_with_the_reason(int which)
    {
        Link("-pie", "-fPIE", "-Wl,-z,pack-relative-relocs");
        Assert.NotEqual(0, Apply());
        var calls = Run("strace", "-e", "trace=mprotect", this["linked"])
            .Error.Split('\n')
            .Count(line => line.StartsWith("mprotect(", StringComparison.Ordinal));
        // The last two are the program's: what it opens it closes again.
        var result = Run("strace", "-e", "trace=mprotect", "-e", $"inject=mprotect:error=ENOMEM:when={calls - 1 + which}", this["linked"]);
        Assert.Equal(127, result.ExitCode);
        Assert.Contains("cannot start: the kernel refuses to change the protection of the program's data", result.Error);
    }

    [Fact]
    public void The_program_survives_strip()
    {
        Link("-pie", "-fPIE", "-g", "-Wl,-z,pack-relative-relocs");
        Assert.NotEqual(0, Apply());
        Assert.Equal(0, Run("strip", this["linked"]).ExitCode);
        AssertRuns();
    }

    [Fact]
    public void It_is_done_only_once()
    {
        Link("-pie", "-fPIE", "-Wl,-z,pack-relative-relocs");
        Assert.NotEqual(0, Apply());
        Assert.Equal(0, Apply());
        AssertRuns();
    }

    [Theory]
    [InlineData("-pie", "-fPIE")]
    [InlineData("-no-pie", "-fno-PIE")]
    [InlineData("-static-pie", "-fPIE", "-Wl,-z,pack-relative-relocs")]
    [InlineData("-pie", "-fPIE", "-Wl,-z,pack-relative-relocs", "-Wl,-z,norelro")]
    public void A_program_without_such_relocations_or_with_another_loader_is_left_as_it_is(params string[] flags)
    {
        Link(flags);
        Assert.Equal(0, Apply());
        AssertRuns();
    }

    [Fact]
    public void A_program_that_does_not_relocate_itself_is_left_as_it_is()
    {
        File.Delete(this["pyapp/relocate.c"]);
        File.WriteAllText(this["pyapp/relocate.c"], "");
        Link("-pie", "-fPIE", "-Wl,-z,pack-relative-relocs");
        Assert.Equal(0, Apply());
        AssertRuns();
    }

    [Fact]
    public void A_file_that_is_cut_or_changed_anywhere_in_its_headers_is_refused_or_changed_in_nine_words_at_most()
    {
        Link("-pie", "-fPIE", "-s", "-Wl,-z,pack-relative-relocs");
        var bytes = File.ReadAllBytes(this["linked"]);
        var refused = 0;
        foreach (var length in Enumerable.Range(0, bytes.Length / 97).Select(step => step * 97))
            refused += Refuses(bytes[..length]);
        Assert.Equal(bytes.Length / 97, refused);
        foreach (var at in Enumerable.Range(0, 64 + 14 * 56))
        {
            var changed = (byte[])bytes.Clone();
            changed[at] ^= 0x80;
            refused += Refuses(changed);
        }
        Assert.True(refused > bytes.Length / 97);
    }

    private static int Refuses(byte[] bytes)
    {
        var before = (byte[])bytes.Clone();
        try
        {
            var deferred = DeferRelocations.Apply(bytes);
            // One word is the size of the table that the loader gets, eight are our section; nothing where nothing was deferred.
            var changes = Enumerable.Range(0, bytes.Length).Where(at => bytes[at] != before[at]).Select(at => at / 8).Distinct().ToList();
            Assert.InRange(changes.Count, deferred == 0 ? 0 : 1, deferred == 0 ? 0 : 9);
            return 0;
        }
        catch (InvalidDataException)
        {
            return 1;
        }
    }

    private int Apply()
    {
        var bytes = File.ReadAllBytes(this["linked"]);
        var deferred = DeferRelocations.Apply(bytes);
        File.WriteAllBytes(this["linked"], bytes);
        return deferred;
    }

    private void AssertRuns()
    {
        // Addresses differ from start to start.
        for (var start = 0; start < 5; start++)
            Assert.Equal(0, Run(this["linked"]).ExitCode);
    }

    private int RelocationBytes() =>
        RelocationSize().Match(Run("readelf", "-dW", this["linked"]).Output) is { Success: true } match
            ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture)
            : 0;

    private void Link(params string[] flags)
    {
        var result = Run(
            "cc",
            [.. flags, "-O1", "-I" + this["pyembed"], this["program.c"], this["pyapp/relocate.c"], "-o", this["linked"]]
        );
        Assert.True(result.ExitCode == 0, result.Error);
    }

    private static CommandResult Run(string program, params string[] arguments)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        return ChildProcess.Run(new Command(program, arguments), limit.Token);
    }

    [GeneratedRegex(@"\(RELRSZ\) +(\d+)")]
    private static partial Regex RelocationSize();
}
