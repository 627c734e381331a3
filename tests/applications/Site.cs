namespace Oxidizer.Applications.Tests;

/// <summary>The applications as Debian installs them, fetched once and unpacked into a folder of its own.</summary>
public sealed class Site : IDisposable
{
    private readonly DebianPackages _packages = DebianPackages.FetchPrograms(
        "ansible-core",
        "awscli",
        "black",
        "certbot",
        "flake8",
        "gunicorn",
        "httpie",
        "ipython3",
        "mercurial",
        "mkdocs",
        "mypy",
        "pylint",
        "python3-babel",
        "python3-certifi",
        "python3-django",
        "python3-flask",
        "python3-ipykernel",
        "python3-nbconvert",
        "python3-pil",
        "python3-pytest",
        "python3-pytest-xdist",
        "python3-scrapy",
        "python3-requests",
        "python3-sphinx",
        "fonts-dejavu-core",
        "yt-dlp"
    );

    /// <summary>The folder that stands for the root of a machine that has them.</summary>
    public string Root => _packages.Folder;

    /// <summary>Where the Python packages are.</summary>
    public string Folder => _packages.Site;

    public void Dispose() => _packages.Dispose();
}

/// <summary>The tests share what was fetched, and run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class Applications : ICollectionFixture<Site>
{
    public const string Name = "applications";
}
