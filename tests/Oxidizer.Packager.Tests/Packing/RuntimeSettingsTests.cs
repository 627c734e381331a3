using System.Text;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Packing;

namespace Oxidizer.Packager.Tests.Packing;

/// <summary>The runtime's table of settings, which is made from the keys of the configuration.</summary>
public sealed class RuntimeSettingsTests
{
    [Fact]
    public void The_runtimes_table_of_settings_is_what_the_keys_declare() =>
        GoldenFile.AssertIs(
            Directory
                .EnumerateFiles(Path.Combine(Repository.Root, "src", "pyembed"), "settings_table.h", SearchOption.AllDirectories)
                .Single(),
            Header()
        );

    [Fact]
    public void Every_key_of_the_interpreter_and_of_what_it_runs_is_a_setting_of_the_product()
    {
        // `entry_point` is another way to write `mode` and `module`.
        var keys = PythonConfigKeys
            .Table.Keys.Where(key => key.Setting is null)
            .Select(key => key.Name)
            .Concat(RunKeys.Table.Keys.Where(key => key.Setting is null).Select(key => key.Name));
        Assert.Equal(["virtual_files", "entry_point"], keys);
    }

    [Fact]
    public void A_setting_has_a_name_of_its_own() =>
        Assert.Equal(
            ProductSettings.Declared.Select(setting => setting.Name).Distinct(),
            ProductSettings.Declared.Select(setting => setting.Name)
        );

    private static string Header()
    {
        var settings = ProductSettings.Declared;
        var text = new StringBuilder(
            """
            /* The settings of the packed resources, made from the keys that src/Oxidizer.Packager/Configuration declares: not to be edited.
             * `OXIDIZER_REWRITE=1 dotnet test tests/Oxidizer.Packager.Tests --filter RuntimeSettingsTests` writes it. */
            #ifndef PYEMBED_SETTINGS_TABLE_H
            #define PYEMBED_SETTINGS_TABLE_H

            #include "reader/resources.h"

            /* The words of each choice. A choice, a flag or a number that is left open is -1. */

            """
        );
        foreach (var choice in settings.Where(setting => setting.Kind == SettingKind.Choice))
            text.Append(
                $"enum {{ {string.Join(", ", choice.Choices.Select(word => $"{Prefix(choice)}{word.ToUpperInvariant().Replace('-', '_')}"))} }};\n"
            );
        text.Append("\ntypedef struct {\n");
        foreach (var setting in settings)
            text.Append(
                $"    {TypeOf(setting.Kind)} {setting.Name};{(setting.Kind == SettingKind.Choice ? $" /* {Prefix(setting)}... */" : "")}\n"
            );
        text.Append(
            "} pyembed_settings;\n\n/* Each with its value where the blob has none. */\n#define PYEMBED_EACH_SETTING(FLAG, NUMBER, CHOICE, TEXT, LIST)"
        );
        foreach (var setting in settings)
            text.Append($" \\\n    {Row(setting)}");
        return text.Append("\n\n#endif\n").ToString();
    }

    // The setting's last word: PYEMBED_FILE_NONE is `none` of `module_file`.
    private static string Prefix(DeclaredSetting choice) => $"PYEMBED_{choice.Name.Split('_')[^1].ToUpperInvariant()}_";

    private static string TypeOf(SettingKind kind) =>
        kind switch
        {
            SettingKind.Text => "pyembed_string",
            SettingKind.List => "pyembed_run",
            _ => "int",
        };

    private static string Row(DeclaredSetting setting) =>
        setting.Kind switch
        {
            SettingKind.Choice =>
                $"CHOICE({setting.Name}, \"{string.Concat(setting.Choices.Select(word => word + " "))}\", {Initial(setting)})",
            SettingKind.Text => $"TEXT({setting.Name})",
            SettingKind.List => $"LIST({setting.Name})",
            var kind => $"{kind.ToString().ToUpperInvariant()}({setting.Name}, {Initial(setting)})",
        };

    private static string Initial(DeclaredSetting setting) =>
        setting.Initial.SingleOrDefault() switch
        {
            null => "-1",
            var word when setting.Kind == SettingKind.Choice => $"{Prefix(setting)}{word.ToUpperInvariant().Replace('-', '_')}",
            "true" => "1",
            "false" => "0",
            var number => number,
        };
}
