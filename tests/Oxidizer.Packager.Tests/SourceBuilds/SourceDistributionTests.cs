using System.Text;
using Oxidizer.Cache;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.SourceBuilds;

namespace Oxidizer.Packager.Tests.SourceBuilds;

public class SourceDistributionTests : IDisposable
{
    private static readonly DistributionTable s_table = new() { Source = "apt:python3.11", Optimizations = DistributionOptimization.NoOpt };

    private readonly SourceFolder _folder = new();

    [Fact]
    public void A_request_that_was_resolved_once_is_answered_without_any_work()
    {
        var context = _folder.Context();
        var archive = Store(context, s_table, "the archive");
        Assert.Equal(archive, SourceDistribution.Build(s_table, TargetTriple.Host, context));
        Assert.Equal(new ActionCount(0, 1), context.Actions.Counts[ActionKinds.Distribution]);
        Assert.Empty(Directory.EnumerateFileSystemEntries(context.WorkDirectory));
    }

    [Fact]
    public void A_profile_and_a_profile_with_link_time_optimisation_are_one_request()
    {
        var context = _folder.Context();
        var archive = Store(context, s_table with { Optimizations = DistributionOptimization.Pgo }, "the archive");
        Assert.Equal(
            archive,
            SourceDistribution.Build(s_table with { Optimizations = DistributionOptimization.PgoLto }, TargetTriple.Host, context)
        );
    }

    [Theory]
    [InlineData("apt:python3.13", nameof(DistributionOptimization.NoOpt))]
    [InlineData("apt:python3.11=3.11.2-6+deb12u8", nameof(DistributionOptimization.NoOpt))]
    [InlineData("apt:python3.11", nameof(DistributionOptimization.Pgo))]
    public void Another_source_or_optimisation_is_another_request(string source, string optimization)
    {
        var context = _folder.Context();
        Assert.NotEqual(
            Key(s_table, context).Digest,
            Key(
                new DistributionTable { Source = source, Optimizations = Enum.Parse<DistributionOptimization>(optimization) },
                context
            ).Digest
        );
    }

    [Fact]
    public void A_foreign_target_is_refused_before_any_work()
    {
        var failure = Assert.Throws<BuildFailedException>(() =>
            SourceDistribution.Build(s_table, new TargetTriple("riscv64-unknown-linux-gnu"), _folder.Context())
        );
        Assert.Equal("OXI0254", failure.Diagnostics.Single().Kind.Id);
    }

    private static ActionOutput Store(BuildContext context, DistributionTable table, string content)
    {
        var bytes = Encoding.UTF8.GetBytes(content);
        var output = new ActionOutput("cpython-full.tar.zst", context.Cache.Store(bytes), bytes.Length);
        context.Cache.Add(new ActionRecord(Key(table, context), "CPython", [output], 100));
        context.Cache.Flush();
        return output;
    }

    private static ActionKey Key(DistributionTable table, BuildContext context)
    {
        var request = SourceRequest.Read(table, context);
        return SourceDistribution.RequestKey(request, TargetTriple.Host, SourceCompiler.Find(request, context));
    }

    public void Dispose() => _folder.Dispose();
}
