using System.Text;

namespace Oxidizer.Cache.Tests;

// Keys and names of any text.
public sealed partial class LiteDbCacheTests
{
    [Theory]
    [InlineData("naïve/日本語/🐍.py")]
    [InlineData("a\u0301")]
    [InlineData("with\nnewline\tand \0 zero")]
    [InlineData("\ud800 lone surrogate")]
    [InlineData("")]
    public void Any_Unicode_name_comes_back_as_it_was(string name)
    {
        var key = Key("compile", (name + "x", name), ("other", name));
        Cache.Add(new ActionRecord(key, name, [new ActionOutput(name, Cache.Store(Bytes("1")), 1)], 0));
        Cache.Flush();
        var found = Cache.Find(key)!;
        Assert.Equal(name, found.Name);
        Assert.Equal(name, found.Outputs[0].Path);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(511)]
    [InlineData(1023)]
    [InlineData(1024)]
    public void A_key_does_not_depend_on_where_its_text_is_cut(int before)
    {
        var text = new string('x', before) + "🐍" + new string('é', 3000);
        Span<byte> expected = stackalloc byte[32];
        using var hash = System.Security.Cryptography.IncrementalHash.CreateHash(System.Security.Cryptography.HashAlgorithmName.SHA256);
        foreach (var part in new[] { "k", "1", "n", text })
        {
            hash.AppendData(BitConverter.GetBytes((long)Encoding.UTF8.GetByteCount(part)));
            hash.AppendData(Encoding.UTF8.GetBytes(part));
        }
        hash.GetHashAndReset(expected);
        Assert.Equal(new Sha256Digest(expected), Key("k", ("n", text)).Digest);
    }

    [Fact]
    public void Texts_that_differ_only_in_a_lone_surrogate_are_different_keys() =>
        Assert.NotEqual(Key("k", ("a", "\ud800")), Key("k", ("a", "\ud801")));

    [Fact]
    public void A_key_field_of_a_hundred_megabytes_is_found_again()
    {
        var huge = new string('x', 100_000_000);
        var record = Add(Key("compile", ("source", huge)), "huge", "out");
        Cache.Flush();
        Assert.Equal(record.Outputs, Cache.Find(Key("compile", ("source", huge)))!.Outputs);
        Assert.Null(Cache.Find(Key("compile", ("source", huge + "x"))));
        Assert.InRange(Cache.Explain(Key("compile", ("source", huge + "x")), "huge").Length, 10, 2000);
        Assert.Empty(Cache.Warnings);
    }

    [Fact]
    public void Kind_version_and_each_field_s_name_value_and_place_tell_keys_apart()
    {
        ActionKey[] keys =
        [
            new ActionKeyBuilder("link", 1).Build(),
            new ActionKeyBuilder("link", 2).Build(),
            new ActionKeyBuilder("pack", 1).Build(),
            new ActionKeyBuilder("link", 1).Add("a", "b").Build(),
            new ActionKeyBuilder("link", 2).Add("a", "b").Build(),
            new ActionKeyBuilder("link", 1).Add("a", "c").Build(),
            new ActionKeyBuilder("link", 1).Add("c", "b").Build(),
            new ActionKeyBuilder("link", 1).Add("ab", "").Build(),
            new ActionKeyBuilder("link", 1).Add("", "ab").Build(),
            new ActionKeyBuilder("link", 1).Add("a", (string?)null).Build(),
            new ActionKeyBuilder("link", 1).Add("a", "(none)").Build(),
            new ActionKeyBuilder("link", 1).Add("a", "").Build(),
            new ActionKeyBuilder("link", 1).Add("a", "b").Add("c", "d").Build(),
            new ActionKeyBuilder("link", 1).Add("c", "d").Add("a", "b").Build(),
            new ActionKeyBuilder("link", 1).Add("a", ["b", "c"]).Build(),
            new ActionKeyBuilder("link", 1).Add("a", ["c", "b"]).Build(),
            new ActionKeyBuilder("link", 1).Add("a", ["bc"]).Build(),
            new ActionKeyBuilder("link", 1).Add("a", ["b c"]).Build(),
            new ActionKeyBuilder("link", 1).Add("a", Array.Empty<string>()).Build(),
            new ActionKeyBuilder("link", 1).Add("a", Array.Empty<string>()).Add("a", Array.Empty<string>()).Build(),
        ];
        Assert.Equal(keys.Length, keys.Select(key => key.Digest).Distinct().Count());
    }
}
