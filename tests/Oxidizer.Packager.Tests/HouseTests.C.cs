using System.Text.RegularExpressions;

namespace Oxidizer.Packager.Tests;

/// <summary>The laws of the C runtime's rooms (src/pyembed/README.md).</summary>
public sealed partial class HouseTests
{
    private static readonly string s_runtime = Path.Combine(Repository.Root, "src", "pyembed");

    [Fact]
    public void A_room_of_the_runtime_includes_only_rooms_below_it_and_no_files_include_each_other_in_a_circle() =>
        Assert.Empty(new RuntimeRooms(s_runtime, RuntimeRooms.OrderIn(Path.Combine(s_runtime, "README.md"))).Offences());

    [Fact]
    public void The_rooms_of_the_runtime_are_those_that_its_README_lists()
    {
        var rooms = Directory.GetDirectories(s_runtime).Select(path => Path.GetFileName(path)!).Where(name => name != "python");
        Assert.Equal(
            rooms.Order(StringComparer.Ordinal),
            RuntimeRooms.OrderIn(Path.Combine(s_runtime, "README.md")).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void The_documents_draw_the_rooms_of_the_runtime_in_their_order()
    {
        var order = RuntimeRooms.OrderIn(Path.Combine(s_runtime, "README.md"));
        var document = File.ReadAllText(Path.Combine(Repository.Root, "docs", "architecture.md"));
        Assert.Equal(order, Drawn(document.Split("## The rooms of the C runtime")[1].Split("```")[1], @"^(\w+) {2,}"));
        Assert.Equal(order, Drawn(File.ReadAllText(Path.Combine(s_runtime, "README.md")).Split("```")[1], @"^   \| (\w+) {2,}"));

        static IEnumerable<string> Drawn(string picture, string room) =>
            Regex.Matches(picture, room, RegexOptions.Multiline).Select(match => match.Groups[1].Value);
    }

    [Fact]
    public void The_README_of_the_runtime_says_what_each_file_decides()
    {
        var table = File.ReadAllText(Path.Combine(s_runtime, "README.md")).Split("## What each file decides")[1];
        var files = Directory
            .EnumerateFiles(s_runtime, "*.c", SearchOption.AllDirectories)
            .Select(path => Path.GetFileNameWithoutExtension(path).Replace("_linux", "", StringComparison.Ordinal));
        var missing = files
            .Where(name =>
                !table.Contains($"/{name}`", StringComparison.Ordinal)
                && !table.Contains($"`{name}`", StringComparison.Ordinal)
                && !name.StartsWith("decoder_", StringComparison.Ordinal)
            )
            .ToList();
        Assert.Empty(missing);
    }

    [Theory]
    [InlineData("pyembed")]
    [InlineData("pyapp")]
    [InlineData("Cake.Oxidizer")]
    [InlineData("Oxidizer.Cache")]
    [InlineData("Oxidizer.Packager")]
    public void No_folder_holds_more_than_30_files_or_lies_more_than_two_deep(string project) =>
        Assert.Empty(RuntimeRooms.CrowdedIn(Path.Combine(Repository.Root, "src", project)));

    [Fact]
    public void What_breaks_the_order_of_a_made_up_runtime_is_found()
    {
        var folder = Directory.CreateTempSubdirectory("oxidizer-rooms-").FullName;
        try
        {
            Write("README.md", "## Rooms, from the top\n\n| `high` | |\n| `low` | |\n\n## More\n");
            Write("all.h", "");
            Write("low/base.h", "int pyembed_base(void);\nint pyembed_stray(void);\n");
            Write(
                "low/base.c",
                "#include \"low/base.h\"\n\n#include \"all.h\"\n#include <stdio.h>\n\nint\npyembed_base(void)\n{\n    return 1;\n}\n"
            );
            Write("high/top.h", "/* int pyembed_stray(void); */\nint pyembed_top(void);\n");
            Write(
                "high/top_linux.c",
                "#include \"high/top.h\"\n\n#include \"low/base.h\"\n\nint\npyembed_top(void)\n{\n    return pyembed_base();\n}\n"
            );
            Assert.Empty(Offences());

            Write("low/up.c", "#include \"high/top.h\"\n");
            Write("low/one.h", "#include \"low/two.h\"\n");
            Write("low/two.c", "#include \"low/two.h\"\n#include \"low/three.h\"\n");
            Write("low/two.h", "");
            Write("low/three.h", "#include \"low/one.h\"\n");
            Write("high/stray.c", "#include \"low/base.h\"\n#include \"base.h\"\n\nint\npyembed_stray(void)\n{\n    return 2;\n}\n");
            Write("attic/old.c", "");
            Assert.Equal(
                [
                    "attic/old.c: no room of that name",
                    "high/stray.c includes base.h: no such file",
                    "low/up.c includes high/top.h: a room above",
                    "a circle: low/one -> low/two -> low/three -> low/one",
                    "high/stray.c defines pyembed_stray, which low/base.h declares",
                ],
                Offences()
            );
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        IEnumerable<string> Offences() => new RuntimeRooms(folder, RuntimeRooms.OrderIn(Path.Combine(folder, "README.md"))).Offences();

        void Write(string path, string text)
        {
            var file = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, text);
        }
    }

    [Fact]
    public void A_crowded_and_a_deep_folder_are_found()
    {
        var folder = Directory.CreateTempSubdirectory("oxidizer-rooms-").FullName;
        try
        {
            var deep = Directory.CreateDirectory(Path.Combine(folder, "a", "b", "c")).FullName;
            var full = Directory.CreateDirectory(Path.Combine(folder, "full")).FullName;
            Directory.CreateDirectory(Path.Combine(folder, "obj", "a", "b", "c"));
            foreach (var number in Enumerable.Range(0, 30))
                File.WriteAllText(Path.Combine(full, $"{number}.c"), "");
            Assert.Equal([$"{deep}: 3 deep"], RuntimeRooms.CrowdedIn(folder));
            File.WriteAllText(Path.Combine(full, "30.c"), "");
            Assert.Equal([$"{deep}: 3 deep", $"{full}: 31 files"], RuntimeRooms.CrowdedIn(folder));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
