using Oxidizer.Packager.Elf;
using Oxidizer.Packager.Linking;
using Oxidizer.Packager.Processes;
using Oxidizer.Packager.Programs;

namespace Oxidizer.Packager.Tests.Linking;

/// <summary>What real linkers say that they read.</summary>
public sealed class LinkInputsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("oxidizer-link-inputs-").FullName;

    public LinkInputsTests()
    {
        File.WriteAllText(this["main.c"], "extern int one(void), two(void); int main(void) { return one() + two() - 3; }\n");
        File.WriteAllText(this["one.c"], "int one(void) { return 1; }\n");
        File.WriteAllText(this["two.c"], "int two(void) { return 2; }\n");
        Run("cc", "-c", "one.c", "-o", "the one.o");
        Run("cc", "-c", "two.c", "-o", "two.o");
        Run("cc", "-c", "main.c", "-o", "main.o");
        Run("ar", "rcs", "libtwo.a", "two.o");
    }

    private string this[string name] => Path.Combine(_folder, name);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static TheoryData<string, bool> Linkers
    {
        get
        {
            var data = new TheoryData<string, bool>();
            foreach (
                var name in new[] { "bfd", "mold", "lld" }.Where(name =>
                    Machine.FindProgram(name == "mold" ? "mold" : "ld." + name) is not null
                )
            )
            {
                data.Add(name, true);
                data.Add(name, false);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Linkers))]
    public void Archives_and_objects_that_flags_and_the_system_bring_are_named_whatever_is_in_their_names(
        string linker,
        bool isDependencyFile
    )
    {
        var output = Run(
            "cc",
            "-static",
            $"-fuse-ld={linker}",
            this["main.o"],
            this["the one.o"],
            $"-L{_folder}",
            "-ltwo",
            "-o",
            this["program"],
            isDependencyFile ? "-Wl,--dependency-file=" + this["list"] : "-Wl,--trace"
        );
        HashSet<string> others = [this["main.o"]];
        var inputs = isDependencyFile
            ? LinkInputs.FromDependencyFile(File.ReadAllText(this["list"]), others)
            : LinkInputs.FromTrace(output, others);
        Assert.Contains(this["the one.o"], inputs.Files);
        Assert.Contains(this["libtwo.a"], inputs.Files);
        Assert.Contains(inputs.Files, file => Path.GetFileName(file) == "libc.a");
        Assert.Contains(inputs.Files, file => Path.GetFileName(file) == "crt1.o");
        Assert.DoesNotContain(this["main.o"], inputs.Files);
        Assert.All(inputs.Files, file => Assert.True(File.Exists(file), file));
        Assert.Equal(inputs.Files, LinkInputs.Read(inputs.Write()).Files);
    }

    [Fact]
    public void A_needed_library_after_a_name_that_is_not_ascii_is_named_whole()
    {
        Run("cc", "-shared", "-fPIC", "one.c", "-o", "libé.so", "-Wl,-soname,libéééé.so");
        Run("cc", "-shared", "-fPIC", "two.c", "-o", "libtwo.so", "-Wl,-soname,libtwo.so.2");
        Run("cc", "main.o", "libé.so", "libtwo.so", "-o", "program");
        var needs = RuntimeNeeds.Of(new ElfImage(File.ReadAllBytes(this["program"])));
        Assert.Equal(["libéééé.so", "libtwo.so.2", "libc.so.6"], needs.Libraries);
    }

    private string Run(string program, params string[] arguments)
    {
        var result = ChildProcess.Run(new Command(program, arguments) { WorkingDirectory = _folder });
        Assert.True(result.ExitCode == 0, result.Error);
        return result.Output + result.Error;
    }
}
