using System.Security.Cryptography;
using System.Text;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.SourceBuilds;

namespace Oxidizer.Packager.Tests.SourceBuilds;

public class DscFileTests : IDisposable
{
    private readonly SourceFolder _folder = new();
    private readonly string _path;

    public DscFileTests()
    {
        File.WriteAllText(_folder["p.orig.tar.gz"], "original");
        File.WriteAllText(_folder["p.debian.tar.xz"], "patches");
        _path = _folder["p.dsc"];
        File.WriteAllText(
            _path,
            $"""
            -----BEGIN PGP SIGNED MESSAGE-----
            Hash: SHA512

            Format: 3.0 (quilt)
            Source: p
            Checksums-Sha1:
             0000000000000000000000000000000000000000 8 p.orig.tar.gz
            Checksums-Sha256:
             {Sha256("original")} 8 p.orig.tar.gz
             {Sha256("signature")} 9 p.orig.tar.gz.asc
             {Sha256("patches")} 7 p.debian.tar.xz
            Files:
             00000000000000000000000000000000 8 p.orig.tar.gz

            -----BEGIN PGP SIGNATURE-----
            """
        );
    }

    [Fact]
    public void The_files_that_a_description_names_are_verified_and_given()
    {
        Assert.Equal(["p.dsc", "p.orig.tar.gz", "p.debian.tar.xz"], DscFile.Verify(_path).Select(file => file.Name));
        Assert.Equal(Sha256("patches"), DscFile.Verify(_path)[2].Digest.ToString());
    }

    [Fact]
    public void A_changed_file_is_refused_and_both_digests_are_told()
    {
        File.WriteAllText(_folder["p.debian.tar.xz"], "Patches");
        var failure = Assert.Throws<EnvironmentFailureException>(() => DscFile.Verify(_path));
        Assert.Equal("OXI0260", failure.Kind.Id);
        Assert.Contains(Sha256("Patches"), failure.Message);
        Assert.Contains(Sha256("patches"), failure.Message);
    }

    [Fact]
    public void A_missing_file_is_refused()
    {
        File.Delete(_folder["p.orig.tar.gz"]);
        Assert.Contains("p.orig.tar.gz", Assert.Throws<EnvironmentFailureException>(() => DscFile.Verify(_path)).Message);
    }

    [Fact]
    public void A_description_that_names_a_file_elsewhere_leads_nowhere_else()
    {
        File.WriteAllText(_path, $"Checksums-Sha256:\n {Sha256("original")} 8 ../../p.orig.tar.gz\n");
        Assert.Equal(_folder["p.orig.tar.gz"], DscFile.Verify(_path)[1].Path);
    }

    [Fact]
    public void A_description_cut_at_any_length_is_refused_or_names_only_verified_files()
    {
        var text = File.ReadAllText(_path);
        for (var length = 0; length < text.Length; length++)
        {
            File.WriteAllText(_path, text[..length]);
            try
            {
                Assert.All(DscFile.Verify(_path).Skip(1), file => Assert.Contains(file.Digest.ToString(), text));
            }
            catch (EnvironmentFailureException failure)
            {
                Assert.Equal("OXI0260", failure.Kind.Id);
            }
        }
    }

    public void Dispose() => _folder.Dispose();

    private static string Sha256(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
