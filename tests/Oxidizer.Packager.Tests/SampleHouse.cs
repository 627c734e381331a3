#pragma warning disable CA1812, CA1823, CA1852, CS0169, CS0649 // These types are there to be looked at, and never used.

using Oxidizer.Packager.Tests.SampleHouse.Cellar;
using Oxidizer.Packager.Tests.SampleHouse.Roof;

namespace Oxidizer.Packager.Tests.SampleHouse.Cellar
{
    internal sealed class StandsAlone;

    internal sealed class UsesAField
    {
        public Dictionary<string, Tile[]>? Tiles;
    }

    internal interface UsesAParameter
    {
        void Take(ref Tile tile);
    }

    internal sealed class UsesABase : Tile;

    internal sealed class UsesACall
    {
        public static int Slope() =>
            Tile.Lay() switch
            {
                0 => 1,
                1 => 3,
                2 => 5,
                3 => 8,
                var other => other,
            };
    }

    internal sealed class UsesATypeArgument
    {
        public static object List() => Array.Empty<Tile>();
    }

    internal sealed class UsesAConstraint<T>
        where T : Tile;

    [Slate]
    internal sealed class UsesAnAttribute;

    internal sealed class CatchesIt
    {
        public static bool IsBroken(Action act)
        {
            try
            {
                act();
                return false;
            }
            catch (LeakException)
            {
                return true;
            }
        }
    }

    internal sealed class UsesALambda
    {
        public static Func<object> Make() => () => new Tile();
    }
}

namespace Oxidizer.Packager.Tests.SampleHouse.Roof
{
    internal class Tile
    {
        public const int Slope = 30;

        public static int Lay() => Environment.ProcessId;
    }

    [AttributeUsage(AttributeTargets.Class)]
    internal sealed class SlateAttribute : Attribute;

    internal sealed class LeakException : Exception;

    internal sealed class StandsOnTheCellar
    {
        public StandsAlone? Ground;
    }
}
