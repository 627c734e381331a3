using System.Reflection;
using System.Reflection.Emit;

namespace Oxidizer.Packager.Tests;

/// <summary>Which types a type uses: in its declaration, in the declarations of its members, and in their code. A constant of another type
/// leaves no trace in compiled code; <see cref="CacheRoomOrder"/> asks the sources for those.</summary>
internal static class TypeReferences
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> s_codes = typeof(OpCodes)
        .GetFields()
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => code.Value);

    /// <summary>The types that a type uses. Those that the compiler nests in it (lambdas, iterators) are types of their own.</summary>
    public static HashSet<Type> Of(Type type)
    {
        var found = new HashSet<Type>();
        Add(found, [type.BaseType, .. type.GetInterfaces(), .. type.GetFields(Declared).Select(field => field.FieldType)]);
        AddArguments(found, type.GetGenericArguments());
        AddAttributes(found, type);
        foreach (var method in type.GetMethods(Declared).Concat<MethodBase>(type.GetConstructors(Declared)))
        {
            AddSignature(found, method);
            AddAttributes(found, method);
            AddBody(found, method);
        }
        return found;
    }

    private static void AddBody(HashSet<Type> found, MethodBase method)
    {
        if (method.GetMethodBody() is not { } body)
            return;
        Add(found, body.LocalVariables.Select(local => local.LocalType));
        Add(
            found,
            body.ExceptionHandlingClauses.Where(clause => clause.Flags == ExceptionHandlingClauseOptions.Clause)
                .Select(clause => clause.CatchType)
        );
        var type = method.DeclaringType!;
        foreach (var token in Tokens(body.GetILAsByteArray()!))
        {
            var member = method.Module.ResolveMember(
                token,
                type.GetGenericArguments(),
                method.IsGenericMethod ? method.GetGenericArguments() : null
            );
            Add(found, [member as Type, member?.DeclaringType, (member as FieldInfo)?.FieldType]);
            if (member is MethodBase called)
                AddSignature(found, called);
        }
    }

    private static IEnumerable<int> Tokens(byte[] code)
    {
        for (var position = 0; position < code.Length; )
        {
            // All two-byte instructions begin with FE, which is none of one byte.
            var isLong = code[position] == 0xFE;
            var operation = s_codes[isLong ? (short)(0xFE00 | code[position + 1]) : code[position]];
            position += isLong ? 2 : 1;
            if (
                operation.OperandType
                is OperandType.InlineType
                    or OperandType.InlineMethod
                    or OperandType.InlineField
                    or OperandType.InlineTok
            )
                yield return BitConverter.ToInt32(code, position);
            position += operation.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + 4 * BitConverter.ToInt32(code, position),
                _ => 4,
            };
        }
    }

    private static void AddSignature(HashSet<Type> found, MethodBase method)
    {
        Add(found, method.GetParameters().Select(parameter => parameter.ParameterType));
        Add(found, [(method as MethodInfo)?.ReturnType]);
        if (method.IsGenericMethod)
            AddArguments(found, method.GetGenericArguments());
    }

    private static void AddArguments(HashSet<Type> found, Type[] arguments) =>
        Add(found, arguments.SelectMany(argument => argument.IsGenericParameter ? argument.GetGenericParameterConstraints() : [argument]));

    private static void AddAttributes(HashSet<Type> found, MemberInfo member) =>
        Add(
            found,
            member
                .GetCustomAttributesData()
                .SelectMany(attribute =>
                    attribute.ConstructorArguments.Select(argument => argument.Value as Type).Append(attribute.AttributeType)
                )
        );

    private static void Add(HashSet<Type> found, IEnumerable<Type?> types)
    {
        foreach (var type in types)
        {
            var plain = type;
            while (plain is { HasElementType: true })
                plain = plain.GetElementType();
            if (plain is null or { IsGenericParameter: true } or { IsFunctionPointer: true })
                continue;
            if (found.Add(plain.IsGenericType ? plain.GetGenericTypeDefinition() : plain) || plain.IsGenericType)
                Add(found, plain.IsGenericTypeDefinition ? [] : plain.GetGenericArguments());
        }
    }
}
