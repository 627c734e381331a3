using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Packing;
using Oxidizer.Packager.Processes;
using Oxidizer.Packager.Tests.Resources;

namespace Oxidizer.Packager.Tests.Packing;

public sealed class ElfObjectWriterTests : IDisposable
{
    private readonly TestBuild _build = new();

    public void Dispose() => _build.Dispose();

    private static string Run(string program, params string[] arguments)
    {
        var result = ChildProcess.Run(new Command(program, arguments));
        Assert.True(result.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {result.Error}");
        Assert.Equal("", result.Error);
        return result.Output;
    }

    [Theory]
    [InlineData("x86_64-unknown-linux-gnu", "Advanced Micro Devices X86-64")]
    [InlineData("aarch64-unknown-linux-gnu", "AArch64")]
    public void Readelf_reads_the_object(string triple, string machine)
    {
        _build.Write("blob", SyntheticBlob.Content(8192));
        ElfObjectWriter.Write(_build["x.o"], _build["blob"], new TargetTriple(triple));
        var text = Run("readelf", "-hSsW", _build["x.o"]);
        Assert.Contains(machine, text);
        Assert.Contains("REL (Relocatable file)", text);
        Assert.Matches(@"\.oxidizer\.resources +PROGBITS +0+ 001000 002000 00 +A +0 +0 4096", text);
        Assert.Matches(@"0+ +8192 OBJECT +GLOBAL HIDDEN +1 pyembed_packed_resources\n", text);
        Assert.Matches(@"0+2000 +0 OBJECT +GLOBAL HIDDEN +1 pyembed_packed_resources_end\n", text);
        Assert.Contains(".note.GNU-stack", text);
    }

    [Theory]
    [InlineData("bfd")]
    [InlineData("lld")]
    [InlineData("mold")]
    public void A_program_that_is_linked_with_it_reads_the_bytes(string linker)
    {
        // The default linker is always there; of the others whichever is.
        var flag = linker == "bfd" || Packager.Native.Toolchain.FindProgram(linker == "lld" ? "ld.lld" : linker) is null ? "-fuse-ld=bfd" : $"-fuse-ld={linker}";
        _build.Write("blob", SyntheticBlob.Content(3 * 4096)).Write("main.c", """
            #include <stdint.h>
            #include <stdio.h>
            extern const unsigned char pyembed_packed_resources[], pyembed_packed_resources_end[];
            int main(void)
            {
                if ((uintptr_t)pyembed_packed_resources % 4096)
                    return 1;
                fwrite(pyembed_packed_resources, 1, pyembed_packed_resources_end - pyembed_packed_resources, stdout);
                return 0;
            }
            """);
        ElfObjectWriter.Write(_build["x.o"], _build["blob"], TargetTriple.Host);
        Run("cc", "-pie", "-fPIE", flag, "-Wl,--gc-sections", _build["main.c"], _build["x.o"], "-o", _build["main"]);
        Run("/bin/sh", "-c", $"'{_build["main"]}' > '{_build["out"]}'");
        Assert.Equal(SyntheticBlob.Content(3 * 4096), File.ReadAllBytes(_build["out"]));
        Assert.Matches(@"GNU_STACK\s+\S+ \S+ \S+ \S+ \S+ RW ", Run("readelf", "-lW", _build["main"]));
        Assert.DoesNotMatch(@"\.oxidizer\.resources +PROGBITS +\S+ \S+ \S+ \S+ +WA", Run("readelf", "-SW", _build["main"]));
    }

    [Fact]
    public void An_unknown_machine_and_a_place_that_cannot_be_written_are_errors()
    {
        _build.Write("blob", new byte[4096]);
        Assert.Equal("OXI0506", Assert.Throws<BuildFailedException>(() => ElfObjectWriter.Write(_build["x.o"], _build["blob"], new TargetTriple("riscv64-unknown-linux-gnu"))).Diagnostics[0].Kind.Id);
        Assert.Equal("OXI0605", Assert.Throws<EnvironmentFailureException>(() => ElfObjectWriter.Write(_build["no/folder/x.o"], _build["blob"], TargetTriple.Host)).Kind.Id);
    }
}
