using Oxidizer.Packager.Processes;

namespace Oxidizer.EndToEnd.Tests;

/// <summary>Packages look below <c>sys.prefix</c> for what they install beside their modules.</summary>
public sealed class PrefixTests
{
    private const string Reads = """
        import gettext, os, sys, sysconfig
        print(open(os.path.join(sys.prefix, "share", "demo", "page.html")).read())
        print(os.listdir(os.path.join(sysconfig.get_path("data"), "etc")), sys.prefix == sys.exec_prefix)
        print(len(sysconfig.parse_config_h(open(sysconfig.get_config_h_filename()))))
        print(gettext.find("demo", os.path.join(sys.prefix, "share", "locale"), ["de"])[len(sys.prefix):])

        """;

    [Fact]
    public void What_a_distribution_installed_in_share_is_read_through_the_prefix_as_in_its_environment()
    {
        using var workspace = new Workspace();
        var python = DistributionArchive.Unpacked311();
        var environment = workspace["env"];
        var made = Workspace.Run(
            new Command(python.PathOf(python.Executable), ["-I", "-m", "venv", "--without-pip", "--copies", environment])
        );
        Assert.True(made.ExitCode == 0, made.Error);
        const string Site = "env/lib/python3.11/site-packages";
        workspace
            .Write("env/share/demo/page.html", "page")
            .Write("env/share/locale/de/LC_MESSAGES/demo.mo", "")
            .Write("env/etc/demo.conf", "")
            .Write($"{Site}/demo.py", Reads)
            .Write($"{Site}/demo-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: demo\nVersion: 1\n")
            .Write(
                $"{Site}/demo-1.dist-info/RECORD",
                "demo.py,,\n../../../share/demo/page.html,,\n../../../share/locale/de/LC_MESSAGES/demo.mo,,\n../../../etc/demo.conf,,\n"
            )
            .Write(
                "oxidizer.toml",
                $"""
                {Workspace.Distribution311}
                [build]
                application_name = "app"
                [[python_packages]]
                type = "stdlib"
                [[python_packages]]
                type = "virtualenv"
                path = "env"
                [python_run]
                mode = "module"
                module = "demo"
                """
            );
        var product = workspace.Run(workspace.Build().ProductPath);
        var plain = workspace.Run($"{environment}/bin/python", "-m", "demo");
        Assert.Equal((0, ""), (plain.ExitCode, plain.Error));
        Assert.Equal((plain.Output, "", 0), (product.Output, product.Error, product.ExitCode));
    }
}
