using Oxidizer.Packager;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Reporting;

namespace Oxidizer.Benchmarks;

/// <summary>A program of any number of modules, a hundred a package, each of some 1.2 KB of ordinary code.</summary>
internal static class GeneratedApplication
{
    private const int ModulesPerPackage = 100;

    /// <summary>Writes it. Files that have the right text already are left alone, so that their times stay old.</summary>
    public static Application Write(
        string folder,
        int modules,
        string cacheDirectory,
        string run = "mode = \"module\"\nmodule = \"generated\"",
        string salt = ""
    )
    {
        var root = Path.Combine(folder, "generated");
        WriteFile(Path.Combine(root, "__init__.py"), "");
        WriteFile(Path.Combine(root, "__main__.py"), "from generated.p000 import m000\n\nprint(m000.TOKEN)\n");
        for (var index = 0; index < modules; index++)
        {
            if (index % ModulesPerPackage == 0)
                WriteFile(Path.Combine(Path.GetDirectoryName(ModulePath(folder, index))!, "__init__.py"), "");
            WriteFile(ModulePath(folder, index), Text(index, salt));
        }
        return Application.Write(folder, "generated", ["generated"], run, cacheDirectory);
    }

    /// <summary>Gives the first module a text that no build has seen.</summary>
    public static string Change(Application application)
    {
        var path = ModulePath(application.Folder, 0);
        File.WriteAllText(path, Text(0, Guid.NewGuid().ToString()));
        return path;
    }

    private static string ModulePath(string folder, int index) =>
        Path.Combine(folder, "generated", $"p{index / ModulesPerPackage:000}", $"m{index % ModulesPerPackage:000}.py");

    private static void WriteFile(string path, string text)
    {
        if (File.Exists(path) && File.ReadAllText(path) == text)
            return;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    private static string Text(int index, string salt) =>
        $$""""
            """Module {{index}} of a generated program."""

            TOKEN = "{{salt}}-{{index}}"
            LIMITS = {"low": {{index}}, "high": {{index * 7 + 3}}, "names": ("alpha", "beta", "gamma")}


            class Account{{index}}:
                """Keeps a balance, and remembers what was done to it."""

                def __init__(self, owner: str, balance: int = 0) -> None:
                    self.owner = owner
                    self.balance = balance
                    self.history: list[tuple[str, int]] = []

                def deposit(self, amount: int) -> int:
                    if amount <= 0:
                        raise ValueError(f"cannot deposit {amount}")
                    self.balance += amount
                    self.history.append(("deposit", amount))
                    return self.balance

                def withdraw(self, amount: int) -> int:
                    if amount > self.balance:
                        raise ValueError(f"{self.owner} has only {self.balance}")
                    self.balance -= amount
                    self.history.append(("withdraw", amount))
                    return self.balance

                def __repr__(self) -> str:
                    return f"Account{{index}}({self.owner!r}, {self.balance})"


            def total(accounts: list[Account{{index}}]) -> int:
                return sum(account.balance for account in accounts if account.balance > LIMITS["low"])


            def busiest(accounts: list[Account{{index}}]) -> Account{{index}} | None:
                return max(accounts, key=lambda account: len(account.history), default=None)
            """";
}

/// <summary>What a build must have done, so that its time is about what its name says.</summary>
internal static class Expect
{
    /// <summary>Nothing was executed, and no program was started.</summary>
    public static BuildResult Unchanged(BuildResult result) =>
        result.Executed.Count == 0 && result.ProcessesStarted == 0
            ? result
            : throw new BenchmarkFailedException(
                $"an unchanged build started {result.ProcessesStarted} programs and executed {Describe(result)}"
            );

    /// <summary>One module was compiled, and what follows from it.</summary>
    public static BuildResult OneModule(BuildResult result)
    {
        var kinds = result.Executed.Select(action => action.Kind).Order(StringComparer.Ordinal);
        string[] expected = [ActionKinds.CompileBytecode, ActionKinds.Install, ActionKinds.Link, ActionKinds.Pack];
        return kinds.SequenceEqual(expected)
            ? result
            : throw new BenchmarkFailedException($"a build with one changed module executed {Describe(result)}");
    }

    private static string Describe(BuildResult result) =>
        string.Join(", ", result.Executed.Take(20).Select(action => $"{action.Kind} {action.Name} ({action.Reason})"));
}
