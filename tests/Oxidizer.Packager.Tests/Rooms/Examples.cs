// What the tests of the house's laws read: types of one room that need a type of another, each in one way.
namespace Oxidizer.Packager.Tests.Rooms.Below
{
    internal class Needed
    {
        public static int Answer() => Environment.ProcessId;
    }

    internal sealed class NeededException : Exception;

    [AttributeUsage(AttributeTargets.All)]
    internal sealed class NeededAttribute : Attribute;
}

namespace Oxidizer.Packager.Tests.Rooms.Above
{
    internal sealed class ByBase : Below.Needed;

    internal sealed class ByField
    {
        private readonly Below.Needed?[] _needed = new Below.Needed?[Environment.ProcessId % 2];

        public override string ToString() => $"{_needed.Length}";
    }

    internal sealed class ByParameter
    {
        public static bool Takes(Below.Needed? needed) => needed is null;
    }

    internal interface ByReference
    {
        void Take(ref Below.Needed needed);
    }

    internal sealed class ByTypeArgument
    {
        public static IReadOnlyList<(int, Below.Needed[])> All() => [];
    }

    internal sealed class ByCall
    {
        public static int Ask() => Below.Needed.Answer();
    }

    internal sealed class ByCallInLambda
    {
        public static Func<int> Ask(int more) => () => Below.Needed.Answer() + more;
    }

    internal sealed class ByCallAfterSwitch
    {
        public static int Ask(int which) =>
            which switch
            {
                0 => 7,
                1 => 11,
                2 => 5,
                3 => 13,
                _ => Below.Needed.Answer(),
            };
    }

    internal sealed class ByCatch
    {
        public static int Ask(Func<int> ask)
        {
            try
            {
                return ask();
            }
            catch (Below.NeededException)
            {
                return 0;
            }
        }
    }

    internal sealed class ByConstraint<T>
        where T : Below.Needed
    {
        public static string Name => typeof(T).Name;
    }

    [Below.Needed]
    internal sealed class ByAttribute;

    internal sealed class ByAttributeOfMember
    {
        [Below.Needed]
        public static int Number => Environment.ProcessId;
    }
}
