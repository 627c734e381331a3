using Oxidizer.Packager.Configuration;

namespace Oxidizer.Packager.Tests.Configuration;

/// <summary>A product's name reaches file names, pkg-config, CMake, command lines and terminals.</summary>
public sealed class ProductNameTests
{
    [Theory]
    [InlineData("hello")]
    [InlineData("hello-2.0_rc+1")]
    [InlineData("_private")]
    [InlineData("3rd")]
    [InlineData("größe")]
    public void A_name_of_letters_digits_and_four_signs_is_one(string name) => Assert.Null(ProductName.ProblemOf(name));

    [Theory]
    [InlineData("*")]
    [InlineData("a*b")]
    [InlineData("a?b")]
    [InlineData("[ab]")]
    [InlineData("two words")]
    [InlineData(" blank")]
    [InlineData("blank ")]
    [InlineData("a\tb")]
    [InlineData("a\nb")]
    [InlineData("a\rb")]
    [InlineData("a\0b")]
    [InlineData("a\u001b[31mb")]
    [InlineData("a\\b")]
    [InlineData("a\"b")]
    [InlineData("a'b")]
    [InlineData("a$b")]
    [InlineData("a${b}")]
    [InlineData("a;b")]
    [InlineData("a#b")]
    [InlineData("a%b")]
    [InlineData("a`b")]
    [InlineData("a\u202eb")]
    [InlineData("-leading")]
    [InlineData(".hidden")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("../a")]
    [InlineData("/a")]
    [InlineData("")]
    public void What_means_something_to_a_shell_a_build_system_or_a_terminal_is_no_name(string name)
    {
        var problem = Assert.IsType<string>(ProductName.ProblemOf(name));
        Assert.DoesNotContain(problem, char.IsControl);
    }

    [Fact]
    public void A_name_has_room_for_the_longest_file_beside_the_product()
    {
        Assert.Null(ProductName.ProblemOf(new string('a', 200)));
        Assert.Contains("too long", ProductName.ProblemOf(new string('a', 201)));
        // In bytes, as file systems count.
        Assert.Contains("too long", ProductName.ProblemOf(new string('ö', 101)));
        Assert.True(("lib" + new string('a', 200) + "-config.cmake.files").Length < 255);
    }
}
