using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Elf;
using Oxidizer.Packager.Linking;
using Oxidizer.Packager.Processes;

namespace Oxidizer.Packager.Tests.Linking;

/// <summary>What linked files need of their machine, read from files of a real linker.</summary>
public sealed class RuntimeNeedsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("oxidizer-needs-").FullName;

    private string this[string name] => Path.Combine(_folder, name);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_library_that_is_not_libc_s_is_a_warning_that_names_it_and_those_of_libc_are_none()
    {
        File.WriteAllText(this["other.c"], "int other(void) { return 1; }\n");
        File.WriteAllText(
            this["main.c"],
            "#include <math.h>\nint other(void); int main(int argc, char **argv) { return other() + (int)sin(argc); }\n"
        );
        Cc("-shared", "-fPIC", this["other.c"], "-Wl,-soname,libother.so.3", "-o", this["libother.so.3"]);
        Cc(this["main.c"], this["libother.so.3"], "-lm", "-o", this["linked"]);
        var needs = RuntimeNeeds.Of(new ElfImage(File.ReadAllBytes(this["linked"])));
        Assert.Equal(["libother.so.3", "libm.so.6", "libc.so.6"], needs.Libraries);
        var diagnostics = new DiagnosticBag();
        // As a build that links nothing reads it from the cache.
        RuntimeNeeds.Read(needs.Write()).Check(null, diagnostics);
        Assert.Equal(
            "warning OXI0703: the product needs `libother.so.3`, which is not part of libc; leave out the extension that needs it ([python_extensions] excludes), or make sure that the target has it",
            Assert.Single(diagnostics.All).ToString()
        );
    }

    private static void Cc(params string[] arguments)
    {
        var result = ChildProcess.Run(new Command("cc", arguments));
        Assert.True(result.ExitCode == 0, result.Error);
    }
}
