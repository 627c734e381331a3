using Oxidizer.Cache;
using Oxidizer.Packager.Tests.SampleHouse.Cellar;
using Oxidizer.Packager.Tests.SampleHouse.Roof;

namespace Oxidizer.Packager.Tests;

public sealed partial class HouseTests
{
    // From the lowest to the highest. The root holds values, which stand on files alone, and `LiteDbCache`, which stands on everything.
    private static readonly CacheRoomOrder s_cacheRooms = new(
        "Oxidizer.Cache",
        ["Files", "", "Records", "Layout", "Locking", "Memo", "Trees", "Blobs", "Index", "Storing", "Upkeep", nameof(LiteDbCache)],
        nameof(LiteDbCache)
    );

    private static readonly CacheRoomOrder s_sampleRooms = new("Oxidizer.Packager.Tests.SampleHouse", ["Cellar", "Roof"], "");

    private static readonly Type[] s_cacheTypes =
    [
        .. typeof(IActionCache).Assembly.GetTypes().Where(type => s_cacheRooms.RoomOf(type) is not null),
    ];

    [Fact]
    public void Every_room_of_the_cache_has_a_place_in_the_order() => Assert.Empty(s_cacheRooms.Undeclared(s_cacheTypes));

    [Fact]
    public void A_room_of_the_cache_uses_only_rooms_below_it() => Assert.Empty(s_cacheRooms.Breaches(s_cacheTypes));

    [Fact]
    public void A_source_of_the_cache_names_only_rooms_below_its_own() =>
        Assert.Empty(
            CacheSources()
                .SelectMany(source =>
                    s_cacheRooms.BreachesIn(source.Room, source.Text, s_cacheTypes).Select(breach => $"{source.Path}: {breach}")
                )
        );

    [Fact]
    public void A_room_of_the_cache_is_named_for_its_folder() =>
        Assert.Empty(
            CacheSources()
                .Where(source =>
                    !source.Text.Contains(
                        $"\nnamespace Oxidizer.Cache{(source.Folder.Length > 0 ? "." : "")}{source.Folder};\n",
                        StringComparison.Ordinal
                    )
                )
                .Select(source => source.Path)
        );

    [Theory]
    [InlineData(typeof(UsesAField))]
    [InlineData(typeof(UsesAParameter))]
    [InlineData(typeof(UsesABase))]
    [InlineData(typeof(UsesACall))]
    [InlineData(typeof(UsesATypeArgument))]
    [InlineData(typeof(UsesAConstraint<>))]
    [InlineData(typeof(UsesAnAttribute))]
    [InlineData(typeof(CatchesIt))]
    public void A_use_of_a_higher_room_is_found_wherever_it_stands(Type user) =>
        Assert.Contains(
            s_sampleRooms.Breaches([user]),
            breach => breach.StartsWith($"{user.FullName} uses {typeof(Tile).Namespace}.", StringComparison.Ordinal)
        );

    [Fact]
    public void A_use_of_a_higher_room_in_a_lambda_is_found()
    {
        var closures = typeof(UsesALambda).GetNestedTypes(System.Reflection.BindingFlags.NonPublic);
        Assert.Contains(
            s_sampleRooms.Breaches(closures),
            breach => breach.EndsWith($" uses {typeof(Tile).FullName}", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void A_use_of_a_lower_room_is_no_breach() =>
        Assert.Empty(s_sampleRooms.Breaches([typeof(Tile), typeof(StandsOnTheCellar), typeof(StandsAlone)]));

    [Theory]
    [InlineData("using Oxidizer.Packager.Tests.SampleHouse.Roof;\n")]
    [InlineData("class C { int slope = Roof.Tile.Slope; }\n")]
    public void A_source_that_names_a_higher_room_is_found(string source)
    {
        Type[] types = [typeof(Tile), typeof(StandsAlone)];
        Assert.Equal(["Cellar uses Roof"], s_sampleRooms.BreachesIn("Cellar", source, types));
        Assert.Empty(s_sampleRooms.BreachesIn("Roof", source, types));
    }

    [Fact]
    public void A_room_without_a_place_in_the_order_is_found() =>
        Assert.Equal(
            ["Roof", "Attic"],
            new CacheRoomOrder("Oxidizer.Packager.Tests.SampleHouse", ["Cellar", "Attic"], "").Undeclared([
                typeof(Tile),
                typeof(StandsAlone),
            ])
        );

    private static IEnumerable<(string Path, string Folder, string Room, string Text)> CacheSources()
    {
        var root = Path.Combine(Repository.Root, "src", "Oxidizer.Cache");
        return from path in Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            let name = Path.GetRelativePath(root, path)
            let folder = Path.GetDirectoryName(name)!
            where folder.Split('/')[0] is not ("obj" or "bin")
            let isTop = name.StartsWith(nameof(LiteDbCache), StringComparison.Ordinal)
            select (name, folder.Replace('/', '.'), isTop ? nameof(LiteDbCache) : folder, "\n" + File.ReadAllText(path));
    }
}
