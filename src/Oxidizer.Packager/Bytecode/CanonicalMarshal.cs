using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Oxidizer.Packager.Bytecode;

/// <summary>
/// Brings a marshalled code object into a canonical form that does not depend on what the interpreter did before.
/// <para>The problem: <c>marshal</c> marks an object as one that may be referred to when its reference count is above one, and the
/// reference counts of interned strings depend on what else the process has compiled; members of frozen sets are sorted by their marshalled
/// bytes, marks included; and a string of one character is shared by the whole process, interned or not. Equal sources would give different
/// bytes, and no build could be repeated.</para>
/// <para>The choice: read the bytes into a graph and write them again, with equal constants as one, marks only where something refers to
/// them, set members in the order of their unmarked bytes, and strings of one character always in place. Rejected: <c>loads</c> and
/// <c>dumps</c> until stable, because the counts of interned strings do not become stable while other code objects live; marshal version 2,
/// which has no references, because its output is larger and slower to load.</para>
/// <para>Holds for marshal version 4, and for 5 as far as code objects need it: CPython 3.11 and later.</para>
/// </summary>
internal sealed class CanonicalMarshal
{
    private const byte Flag = 0x80;
    private const int MaxDepth = 2000;

    private readonly byte[] _data;
    private readonly List<Node> _nodes = [];
    private readonly List<int> _references = [];
    private readonly Dictionary<(int Start, int Length, byte Type), int> _atoms;
    private int _position;

    private CanonicalMarshal(byte[] data)
    {
        _data = data;
        _atoms = new Dictionary<(int, int, byte), int>(new AtomComparer(data));
    }

    /// <summary>Rewrites <paramref name="marshalled"/>.</summary>
    /// <exception cref="InvalidDataException">It is cut off, or holds a type that no code object has.</exception>
    public static byte[] Rewrite(byte[] marshalled)
    {
        var graph = new CanonicalMarshal(marshalled);
        var root = graph.Read(0);
        if (graph._position != marshalled.Length)
            throw new InvalidDataException(
                $"{marshalled.Length - graph._position} bytes after the marshalled object at offset {graph._position}; please report this"
            );
        return new Writer(graph, withReferences: true).Write(root);
    }

    // An atom's bytes after its type, or for a code object the 20 bytes before its first member and the 4 of its line number.
    private sealed record Node(byte Type, int Start, int Length, int[] Members, int LineNumber = 0)
    {
        public int Uses { get; set; }
    }

    private int Read(int depth)
    {
        if (depth > MaxDepth)
            throw new InvalidDataException($"objects nested more than {MaxDepth} deep at offset {_position}; please report this");
        var code = Take(1)[0];
        var slot = -1;
        if ((code & Flag) != 0)
        {
            slot = _references.Count;
            _references.Add(-1);
        }
        var type = (byte)(code & ~Flag);
        var node = type == (byte)'r' ? Resolve() : ReadObject(type, depth);
        _nodes[node].Uses++;
        if (slot >= 0)
            _references[slot] = node;
        return node;
    }

    private int Resolve()
    {
        var index = TakeInt();
        return index >= 0 && index < _references.Count && _references[index] >= 0
            ? _references[index]
            : throw new InvalidDataException(
                $"reference to object {index} of {_references.Count} at offset {_position}; please report this"
            );
    }

    private int ReadObject(byte type, int depth)
    {
        switch ((char)type)
        {
            case 'N' or 'T' or 'F' or '.' or 'S':
                return AddAtom(type, 0);
            case 'i':
                return AddAtom(type, 4);
            case 'g':
                return AddAtom(type, 8);
            case 'y':
                return AddAtom(type, 16);
            case 'l':
                var digits = Math.Abs((long)PeekInt()) * 2;
                return AddAtom(type, 4 + digits);
            case 's' or 'u' or 't' or 'a' or 'A':
                return AddAtom(type, 4 + (uint)PeekInt());
            case 'z' or 'Z':
                return AddAtom(type, 1 + Peek(1)[0]);
            case ')':
                return AddCollection((byte)'(', Take(1)[0], depth);
            case '(' or '<' or '>' or '[':
                return AddCollection(type, TakeInt(), depth);
            case ':':
                return AddCollection(type, 3, depth);
            case 'c':
                return AddCode(depth);
            default:
                throw new InvalidDataException($"type 0x{type:x2} in a code object at offset {_position - 1}; please report this");
        }
    }

    private int AddAtom(byte type, long length)
    {
        var start = _position;
        Take(length);
        if (IsSingleCharacter(type, start, (int)length))
            type = NormalTypeOfCharacter(type, start, (int)length);
        var key = (start, (int)length, type);
        if (_atoms.TryGetValue(key, out var known))
            return known;
        return _atoms[key] = Add(new Node(type, start, (int)length, []));
    }

    private int AddCollection(byte type, int count, int depth)
    {
        if (count < 0 || count > _data.Length - _position)
            throw new InvalidDataException($"a collection of {count} members at offset {_position}; please report this");
        var members = new int[count];
        for (var index = 0; index < count; index++)
            members[index] = Read(depth + 1);
        return Add(new Node(type, 0, 0, members));
    }

    // 3.11 and later: 5 numbers; code, consts, names, localsplusnames, localspluskinds, filename, name, qualname; the first line;
    // linetable, exceptiontable.
    private int AddCode(int depth)
    {
        var start = _position;
        Take(20);
        var members = new int[10];
        for (var index = 0; index < 8; index++)
            members[index] = Read(depth + 1);
        var line = TakeInt();
        for (var index = 8; index < 10; index++)
            members[index] = Read(depth + 1);
        return Add(new Node((byte)'c', start, 20, members, line));
    }

    private int Add(Node node)
    {
        _nodes.Add(node);
        return _nodes.Count - 1;
    }

    private static int CharacterStart(byte type) => type is (byte)'z' or (byte)'Z' ? 1 : 4;

    // `u` and `t` are UTF-8; a character of up to U+00FF is shared by the process, one beyond it never.
    private bool IsSingleCharacter(byte type, int start, int length) =>
        type switch
        {
            (byte)'z' or (byte)'Z' or (byte)'a' or (byte)'A' => length - CharacterStart(type) <= 1,
            (byte)'u' or (byte)'t' => length - 4 <= 2 && (length <= 5 || _data[start + 4] is 0xc2 or 0xc3),
            _ => false,
        };

    // Interned when it could be a name, as the compiler does it.
    private byte NormalTypeOfCharacter(byte type, int start, int length)
    {
        var head = CharacterStart(type);
        var isName = length > head && (char.IsAsciiLetterOrDigit((char)_data[start + head]) || _data[start + head] == '_');
        return (char)type switch
        {
            'z' or 'Z' => (byte)(isName ? 'Z' : 'z'),
            'a' or 'A' => (byte)(isName ? 'A' : 'a'),
            _ => (byte)'u',
        };
    }

    private ReadOnlySpan<byte> Peek(long count) =>
        count <= _data.Length - _position
            ? _data.AsSpan(_position, (int)count)
            : throw new InvalidDataException($"cut off: {count} bytes wanted at offset {_position} of {_data.Length}; please report this");

    private ReadOnlySpan<byte> Take(long count)
    {
        var bytes = Peek(count);
        _position += (int)count;
        return bytes;
    }

    private int PeekInt() => BinaryPrimitives.ReadInt32LittleEndian(Peek(4));

    private int TakeInt() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    private sealed class AtomComparer(byte[] data) : IEqualityComparer<(int Start, int Length, byte Type)>
    {
        public bool Equals((int Start, int Length, byte Type) left, (int Start, int Length, byte Type) right) =>
            left.Type == right.Type && data.AsSpan(left.Start, left.Length).SequenceEqual(data.AsSpan(right.Start, right.Length));

        public int GetHashCode((int Start, int Length, byte Type) atom)
        {
            var bytes = data.AsSpan(atom.Start, atom.Length);
            var hash = string.GetHashCode(MemoryMarshal.Cast<byte, char>(bytes));
            return HashCode.Combine(hash, atom.Type, atom.Length, bytes.IsEmpty ? 0 : bytes[^1]);
        }
    }

    private sealed class Writer(CanonicalMarshal graph, bool withReferences)
    {
        private readonly MemoryStream _output = new(graph._data.Length);
        private readonly Dictionary<int, int> _written = [];

        public byte[] Write(int root)
        {
            WriteNode(root);
            return _output.ToArray();
        }

        private void WriteNode(int index)
        {
            var node = graph._nodes[index];
            byte mark = 0;
            if (withReferences && node.Uses > 1 && MayBeReferredTo(node))
            {
                if (_written.TryGetValue(index, out var reference))
                {
                    _output.WriteByte((byte)'r');
                    WriteInt(reference);
                    return;
                }
                // The reader numbers marked objects when it meets them, before their members.
                _written[index] = _written.Count;
                mark = Flag;
            }
            WriteObject(node, mark);
        }

        private void WriteObject(Node node, byte mark)
        {
            if (node.Type == '(' && node.Members.Length < 256)
            {
                _output.WriteByte((byte)(')' | mark));
                _output.WriteByte((byte)node.Members.Length);
            }
            else
            {
                _output.WriteByte((byte)(node.Type | mark));
                _output.Write(graph._data, node.Start, node.Length);
                if (node.Type is (byte)'(' or (byte)'<' or (byte)'>' or (byte)'[')
                    WriteInt(node.Members.Length);
            }
            var members = node.Type is (byte)'<' or (byte)'>' ? Sorted(node.Members) : node.Members;
            for (var index = 0; index < members.Length; index++)
            {
                if (node.Type == 'c' && index == 8)
                    WriteInt(node.LineNumber);
                WriteNode(members[index]);
            }
        }

        // The interpreter shares numbers, singletons and single characters anyway, and a reference would not be shorter.
        private bool MayBeReferredTo(Node node) =>
            node.Type switch
            {
                (byte)'N' or (byte)'T' or (byte)'F' or (byte)'.' or (byte)'S' or (byte)'i' => false,
                (byte)'(' => node.Members.Length > 0,
                _ => !graph.IsSingleCharacter(node.Type, node.Start, node.Length),
            };

        private int[] Sorted(int[] members) =>
            [
                .. members
                    .Select(member => (Member: member, Bytes: new Writer(graph, withReferences: false).Write(member)))
                    .OrderBy(entry => entry.Bytes, Comparer<byte[]>.Create((left, right) => left.AsSpan().SequenceCompareTo(right)))
                    .Select(entry => entry.Member),
            ];

        private void WriteInt(int value)
        {
            Span<byte> bytes = stackalloc byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
            _output.Write(bytes);
        }
    }
}
