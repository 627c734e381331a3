using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Pip;
using Oxidizer.Packager.Tests.Resources;

namespace Oxidizer.Packager.Tests.Pip;

/// <summary>Which pip is taken of those that are there.</summary>
public sealed class FindPipTests : IDisposable
{
    private readonly TestBuild _build = new();

    public void Dispose() => _build.Dispose();

    [Theory]
    [InlineData("22.2", "pip-21.0-py3-none-any.whl", "pip-22.2-py3-none-any.whl")]
    [InlineData("23.0.1", "pip-23.0.1-py3-none-any.whl", "notes.txt")]
    public void The_first_that_is_new_enough_is_taken(string version, params string[] files)
    {
        foreach (var file in files)
            _build.Write($"wheels/{file}", file);
        var found = FindPip.Find(_build.Distribution, _build.At(3), _build.Context(), _build["wheels"]);
        Assert.Equal((version, _build[$"wheels/pip-{version}-py3-none-any.whl/pip"]), (found.Version, found.Path));
    }

    [Theory]
    [InlineData]
    [InlineData("pip-22.1.2-py3-none-any.whl")]
    [InlineData("pip-not-a-wheel.whl")]
    public void Without_a_pip_the_message_says_where_to_get_one(params string[] files)
    {
        foreach (var file in files)
            _build.Write($"wheels/{file}", file);
        var failure = Assert.Throws<BuildFailedException>(() =>
            FindPip.Find(_build.Distribution, _build.At(3), _build.Context(), _build["wheels"])
        );
        var mistake = Assert.Single(failure.Diagnostics);
        Assert.Equal(("OXI0381", 3), (mistake.Kind.Id, mistake.Location!.Line));
        Assert.EndsWith("(`apt-get install python3-pip-whl`)", mistake.Message);
    }
}
