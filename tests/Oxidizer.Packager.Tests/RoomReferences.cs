using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Oxidizer.Packager.Tests;

/// <summary>One type of an assembly that another type of it needs.</summary>
/// <param name="FromRoom">The namespace of the type that needs it.</param>
/// <param name="From">The type that needs it; a nested type counts as its outermost.</param>
/// <param name="ToRoom">The namespace of the type that is needed.</param>
/// <param name="To">The type that is needed.</param>
internal sealed record RoomReference(string FromRoom, string From, string ToRoom, string To)
{
    public override string ToString() => $"{FromRoom}.{From} uses {ToRoom}.{To}";
}

/// <summary>
/// What each type of a compiled assembly needs of the others: bases, fields, signatures, attributes, locals, and every token in its
/// methods' code.
/// Constants and names in <c>nameof</c> leave no trace here; the sources show those (<see cref="RoomOrder"/>).
/// </summary>
internal sealed class RoomReferences
{
    private static readonly Dictionary<int, OperandType> s_operands = typeof(OpCodes)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => code.Value & 0xFFFF, code => code.OperandType);

    private readonly PEReader _assembly;
    private readonly MetadataReader _reader;
    private readonly HashSet<TypeDefinitionHandle> _found = [];
    private readonly SignatureTypes _signatures;

    private RoomReferences(PEReader assembly)
    {
        (_assembly, _reader) = (assembly, assembly.GetMetadataReader());
        _signatures = new SignatureTypes(Add);
    }

    /// <summary>The references between different types, each once, in order.</summary>
    /// <param name="image">A compiled assembly.</param>
    public static IReadOnlyList<RoomReference> Read(Stream image)
    {
        using var assembly = new PEReader(image);
        return new RoomReferences(assembly).All();
    }

    private List<RoomReference> All()
    {
        var all = new HashSet<RoomReference>();
        foreach (var type in _reader.TypeDefinitions)
        {
            _found.Clear();
            AddPartsOf(_reader.GetTypeDefinition(type));
            var (room, name) = Outermost(type);
            all.UnionWith(
                _found
                    .Select(Outermost)
                    .Where(to => to != (room, name) && to.Room.Length > 0 && room.Length > 0)
                    .Select(to => new RoomReference(room, name, to.Room, to.Name))
            );
        }
        return [.. all.OrderBy(reference => reference.ToString(), StringComparer.Ordinal)];
    }

    private void AddPartsOf(TypeDefinition type)
    {
        AddToken(type.BaseType);
        AddAttributes(type.GetCustomAttributes());
        foreach (var property in type.GetProperties())
            AddAttributes(_reader.GetPropertyDefinition(property).GetCustomAttributes());
        foreach (var implemented in type.GetInterfaceImplementations())
            AddToken(_reader.GetInterfaceImplementation(implemented).Interface);
        foreach (
            var constraint in type.GetGenericParameters().SelectMany(parameter => _reader.GetGenericParameter(parameter).GetConstraints())
        )
            AddToken(_reader.GetGenericParameterConstraint(constraint).Type);
        foreach (var field in type.GetFields().Select(_reader.GetFieldDefinition))
        {
            field.DecodeSignature(_signatures, null);
            AddAttributes(field.GetCustomAttributes());
        }
        foreach (var method in type.GetMethods())
            AddPartsOf(_reader.GetMethodDefinition(method));
    }

    private void AddPartsOf(MethodDefinition method)
    {
        method.DecodeSignature(_signatures, null);
        AddAttributes(method.GetCustomAttributes());
        foreach (var parameter in method.GetParameters())
            AddAttributes(_reader.GetParameter(parameter).GetCustomAttributes());
        if (method.RelativeVirtualAddress == 0)
            return;
        var body = _assembly.GetMethodBody(method.RelativeVirtualAddress);
        if (!body.LocalSignature.IsNil)
            _reader.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(_signatures, null);
        foreach (var region in body.ExceptionRegions)
            AddToken(region.CatchType);
        var code = body.GetILReader();
        while (code.RemainingBytes > 0)
            AddInstruction(ref code);
    }

    private void AddAttributes(CustomAttributeHandleCollection attributes)
    {
        foreach (var attribute in attributes)
            AddToken(_reader.GetCustomAttribute(attribute).Constructor);
    }

    private void AddInstruction(ref BlobReader code)
    {
        int value = code.ReadByte();
        if (value == 0xFE)
            value = 0xFE00 | code.ReadByte();
        switch (s_operands[value])
        {
            case OperandType.InlineField
            or OperandType.InlineMethod
            or OperandType.InlineTok
            or OperandType.InlineType
            or OperandType.InlineSig:
                AddToken(MetadataTokens.EntityHandle(code.ReadInt32()));
                break;
            case OperandType.InlineSwitch:
                var targets = code.ReadInt32();
                code.Offset += 4 * targets;
                break;
            case OperandType.InlineI8 or OperandType.InlineR:
                code.Offset += 8;
                break;
            case OperandType.InlineBrTarget or OperandType.InlineI or OperandType.InlineString or OperandType.ShortInlineR:
                code.Offset += 4;
                break;
            case OperandType.InlineVar:
                code.Offset += 2;
                break;
            case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar:
                code.Offset += 1;
                break;
        }
    }

    private void AddToken(EntityHandle token)
    {
        if (token.IsNil)
            return;
        switch (token.Kind)
        {
            case HandleKind.TypeDefinition:
                Add((TypeDefinitionHandle)token);
                break;
            case HandleKind.TypeSpecification:
                _reader.GetTypeSpecification((TypeSpecificationHandle)token).DecodeSignature(_signatures, null);
                break;
            case HandleKind.MethodDefinition:
                Add(_reader.GetMethodDefinition((MethodDefinitionHandle)token).GetDeclaringType());
                break;
            case HandleKind.FieldDefinition:
                Add(_reader.GetFieldDefinition((FieldDefinitionHandle)token).GetDeclaringType());
                break;
            case HandleKind.MethodSpecification:
                var generic = _reader.GetMethodSpecification((MethodSpecificationHandle)token);
                generic.DecodeSignature(_signatures, null);
                AddToken(generic.Method);
                break;
            case HandleKind.MemberReference:
                AddMember(_reader.GetMemberReference((MemberReferenceHandle)token));
                break;
        }
    }

    private void AddMember(MemberReference member)
    {
        AddToken(member.Parent);
        if (member.GetKind() == MemberReferenceKind.Method)
            member.DecodeMethodSignature(_signatures, null);
        else
            member.DecodeFieldSignature(_signatures, null);
    }

    private void Add(TypeDefinitionHandle type) => _found.Add(type);

    private (string Room, string Name) Outermost(TypeDefinitionHandle handle)
    {
        var type = _reader.GetTypeDefinition(handle);
        while (type.IsNested)
            type = _reader.GetTypeDefinition(type.GetDeclaringType());
        return (_reader.GetString(type.Namespace), _reader.GetString(type.Name));
    }

    // Told of every type of the assembly that a signature names; what the signature means is of no interest.
    private sealed class SignatureTypes(Action<TypeDefinitionHandle> add) : ISignatureTypeProvider<bool, object?>
    {
        public bool GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind)
        {
            add(handle);
            return true;
        }

        public bool GetTypeFromSpecification(
            MetadataReader reader,
            object? genericContext,
            TypeSpecificationHandle handle,
            byte rawTypeKind
        ) => reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);

        public bool GetArrayType(bool elementType, ArrayShape shape) => true;

        public bool GetByReferenceType(bool elementType) => true;

        public bool GetFunctionPointerType(MethodSignature<bool> signature) => true;

        public bool GetGenericInstantiation(bool genericType, ImmutableArray<bool> typeArguments) => true;

        public bool GetGenericMethodParameter(object? genericContext, int index) => true;

        public bool GetGenericTypeParameter(object? genericContext, int index) => true;

        public bool GetModifiedType(bool modifier, bool unmodifiedType, bool isRequired) => true;

        public bool GetPinnedType(bool elementType) => true;

        public bool GetPointerType(bool elementType) => true;

        public bool GetPrimitiveType(PrimitiveTypeCode typeCode) => true;

        public bool GetSZArrayType(bool elementType) => true;

        public bool GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => true;
    }
}
