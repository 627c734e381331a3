using Oxidizer.Packager.Native;
using Oxidizer.Packager.SourceBuilds;

namespace Oxidizer.Packager.Tests.SourceBuilds;

public class SourceSetupTests
{
    private const string Template = """
        # a comment
        *@MODULE_BUILDTYPE@*
        @MODULE_ARRAY_TRUE@array arraymodule.c
        @MODULE__BZ2_TRUE@_bz2 _bz2module.c
        @MODULE__SHA2_TRUE@_sha2 sha2module.c -I$(srcdir)/Modules/_hacl/include Modules/_hacl/libHacl_Hash_SHA2.a
        @MODULE__CTYPES_TRUE@_ctypes _ctypes/_ctypes.c _ctypes/new.c @MODULE__CTYPES_MALLOC_CLOSURE@
        @MODULE__TKINTER_TRUE@_tkinter _tkinter.c tkappinit.c
        @MODULE__TESTCAPI_TRUE@_testcapi _testcapimodule.c
        """;

    private const string Configured = """
        # a comment
        *static*
        array arraymodule.c
        #_bz2 _bz2module.c
        _sha2 sha2module.c -I$(srcdir)/Modules/_hacl/include Modules/_hacl/libHacl_Hash_SHA2.a
        _tkinter _tkinter.c tkappinit.c
        *shared*
        _testcapi _testcapimodule.c
        xxlimited xxlimited.c
        """;

    private static IReadOnlyList<SourceModule> Chosen => SourceSetup.Choose(Template, Configured, source => source != "_cryptmodule.c");

    [Fact]
    public void What_configure_enabled_is_built_as_it_says()
    {
        Assert.Equal("array arraymodule.c", Module("array").ToString());
        Assert.Equal(["-I$(srcdir)/Modules/_hacl/include", "Modules/_hacl/libHacl_Hash_SHA2.a"], Module("_sha2").Flags);
    }

    [Fact]
    public void Modules_of_the_recipe_are_built_though_configure_found_no_library() =>
        Assert.Equal("_bz2 _bz2module.c -I$(srcdir)/Modules -lbz2", Module("_bz2").ToString());

    [Fact]
    public void The_sources_of_a_recipes_module_are_those_of_the_version() =>
        Assert.Equal(["_ctypes/_ctypes.c", "_ctypes/new.c"], Module("_ctypes").Sources);

    [Fact]
    public void A_module_that_the_version_does_not_list_takes_the_recipes_sources() =>
        Assert.Equal(["_cursesmodule.c"], Module("_curses").Sources);

    [Fact]
    public void A_module_whose_sources_the_version_lacks_is_left_out() => Assert.DoesNotContain(Chosen, module => module.Name == "_crypt");

    [Fact]
    public void Modules_of_tests_and_of_Tk_are_left_out() =>
        Assert.DoesNotContain(Chosen, module => module.Name is "_tkinter" or "_testcapi" or "xxlimited");

    // `makesetup` takes such a line for a variable, and the Makefile breaks.
    [Fact]
    public void No_written_line_has_an_equals_sign() => Assert.DoesNotContain('=', SourceSetup.Write(Chosen));

    [Fact]
    public void What_is_written_is_read_again()
    {
        var again = SourceSetup.Read(SourceSetup.Write(Chosen));
        Assert.Equal(Chosen.Select(module => module.ToString()), again.Select(module => module.ToString()));
    }

    [Fact]
    public void Every_library_of_the_recipe_is_the_systems_or_known_with_a_licence()
    {
        var libraries = SourceRecipe
            .Modules.Append(SourceRecipe.GnuReadline)
            .SelectMany(module => module.Libraries)
            .Where(name => !DebianLibrary.System.Contains(name))
            .Distinct();
        Assert.All(libraries, name => Assert.NotEmpty(DebianLibrary.All[name].Licenses));
    }

    [Fact]
    public void A_library_is_named_by_its_own_name_and_found_by_its_file()
    {
        Assert.Contains("-lffi_pic", Module("_ctypes").Flags);
        Assert.Equal(["ffi", "dl"], SourceExtension.LibrariesOf(Module("_ctypes").Flags));
    }

    [Theory]
    [InlineData("CVE-2024-0450.patch", true)]
    [InlineData("ssl-sni-crash.patch", true)]
    [InlineData("shutdown-deadlock.diff", true)]
    [InlineData("deb-locations.diff", false)]
    [InlineData("min-pyrepl-import.dff", false)]
    [InlineData("multiarch-extname.diff", false)]
    [InlineData("ensurepip-disabled.diff", false)]
    public void Fixes_are_applied_and_the_layout_is_not(string patch, bool applies) => Assert.Equal(applies, SourceRecipe.Applies(patch));

    [Fact]
    public void A_series_is_read_without_its_comments_and_options() =>
        Assert.Equal(["a.patch", "b.diff"], SourceTree.ReadSeries("#old.diff\n\na.patch -p1\nb.diff # why\n"));

    private static SourceModule Module(string name) => Chosen.Single(module => module.Name == name);
}
