using Oxidizer.Packager.Bytecode;
using Oxidizer.Packager.Tests.Resources;

namespace Oxidizer.Packager.Tests.Bytecode;

public sealed class CanonicalMarshalTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private static List<string> Sources() =>
        [
            .. MachinePython
                .Full.Files.Keys.Where(path => path.EndsWith(".py", StringComparison.Ordinal) && path.Count(c => c == '/') == 1)
                .Order(StringComparer.Ordinal)
                .Where((_, index) => index % 3 == 0)
                .Select(MachinePython.Full.PathOf),
        ];

    private static Dictionary<string, byte[]> Compile(IEnumerable<string> paths, Func<byte[], byte[]> rewrite)
    {
        using var worker = new CompileWorker(MachinePython.Interpreter, s_patience, default);
        return paths.ToDictionary(path => path, path => rewrite(worker.Compile(File.ReadAllBytes(path), Path.GetFileName(path), 0).Code!));
    }

    [Fact]
    public void The_same_source_gives_the_same_bytes_whatever_the_worker_compiled_before()
    {
        var sources = Sources();
        var forwards = Compile(sources, CanonicalMarshal.Rewrite);
        var backwards = Compile(Enumerable.Reverse(sources), CanonicalMarshal.Rewrite);
        var alone = sources
            .Where((_, index) => index % 10 == 0)
            .ToDictionary(path => path, path => Compile([path], CanonicalMarshal.Rewrite)[path]);
        Assert.All(sources, path => Assert.Equal(forwards[path], backwards[path]));
        Assert.All(alone, entry => Assert.Equal(forwards[entry.Key], entry.Value));
    }

    [Fact]
    public void A_used_interpreter_marshals_otherwise_and_is_rewritten_to_the_same()
    {
        using var build = new TestBuild();
        build.Write(
            "walk.py",
            "def walk(tree_of_nodes, depth_limit=3):\n    return tree_of_nodes in {'leaf_of_tree', 'node_of_tree', '.', (1, 'e')}\n"
        );
        var outputs = MachinePython
            .Run(
                """
                import marshal, sys
                source = open(sys.argv[1]).read()
                print(marshal.dumps(compile(source, 'walk.py', 'exec')).hex())
                kept = compile("tree_of_nodes = depth_limit = walk = leaf_of_tree = 1", 'other.py', 'exec')
                sys.intern('.')
                print(marshal.dumps(compile(source, 'walk.py', 'exec')).hex())
                """,
                build["walk.py"]
            )
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.NotEqual(outputs[0], outputs[1]);
        Assert.Equal(
            CanonicalMarshal.Rewrite(Convert.FromHexString(outputs[0])),
            CanonicalMarshal.Rewrite(Convert.FromHexString(outputs[1]))
        );
    }

    [Fact]
    public void Rewritten_code_is_equal_to_the_code_that_was_written()
    {
        using var build = new TestBuild();
        using var worker = new CompileWorker(MachinePython.Interpreter, s_patience, default);
        var sources = Sources();
        for (var index = 0; index < sources.Count; index++)
            build.Write(
                $"{index}.code",
                CanonicalMarshal.Rewrite(worker.Compile(File.ReadAllBytes(sources[index]), sources[index], 0).Code!)
            );
        File.WriteAllLines(build["sources"], sources);
        Assert.Equal(
            $"{sources.Count} equal\n",
            MachinePython.Run(
                """
                import marshal, sys, os
                count = 0
                for index, path in enumerate(open(os.path.join(sys.argv[1], 'sources')).read().splitlines()):
                    code = marshal.load(open(os.path.join(sys.argv[1], f'{index}.code'), 'rb'))
                    assert code == compile(open(path, 'rb').read(), path, 'exec', dont_inherit=True), path
                    count += 1
                print(count, 'equal')
                """,
                build.Folder
            )
        );
    }

    [Fact]
    public void Rewriting_twice_changes_nothing()
    {
        foreach (var code in Compile(Sources().Take(10), CanonicalMarshal.Rewrite).Values)
            Assert.Equal(code, CanonicalMarshal.Rewrite(code));
    }

    [Fact]
    public void Members_of_a_frozen_set_have_one_order()
    {
        using var build = new TestBuild();
        build.Write("sets.py", "def f(x):\n    return x in {'alpha', 'beta', 'gamma', b'delta', 3, (1, 'two'), None, 'f', 'é'}\n");
        var codes = Enumerable
            .Range(0, 8)
            .Select(_ => Convert.ToHexString(Compile([build["sets.py"]], CanonicalMarshal.Rewrite)[build["sets.py"]]));
        Assert.Single(codes.Distinct());
    }

    [Fact]
    public void Every_truncation_is_an_error()
    {
        var code = Compile(Sources().Take(1), CanonicalMarshal.Rewrite).Values.Single();
        for (var length = 0; length < Math.Min(code.Length, 3000); length++)
            Assert.Throws<InvalidDataException>(() => CanonicalMarshal.Rewrite(code[..length]));
    }

    [Fact]
    public void Changed_bytes_are_an_error_or_other_code_and_never_more()
    {
        var code = Compile(Sources().Take(1), CanonicalMarshal.Rewrite).Values.Single();
        var random = new Random(1);
        for (var round = 0; round < 3000; round++)
        {
            var damaged = (byte[])code.Clone();
            damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            try
            {
                CanonicalMarshal.Rewrite(damaged);
            }
            catch (InvalidDataException exception)
            {
                Assert.Contains("offset", exception.Message);
            }
        }
    }
}
