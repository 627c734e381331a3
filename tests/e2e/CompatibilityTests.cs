using System.Text.Json;
using Oxidizer.Compatibility;

namespace Oxidizer.EndToEnd.Tests;

/// <summary>A few of CPython's own test files, on both sides; `./build.sh --target=Compatibility` runs all of them.</summary>
public sealed class CompatibilityTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("oxidizer-compatibility-").FullName;

    [Fact]
    public void Test_files_of_cpython_behave_in_a_product_as_in_the_plain_interpreter()
    {
        var report = CompatibilityRun.Execute(Options("test_exceptions", "test_json", "test_linecache", "test_runpy"), _ => { });
        Assert.Empty(report.Files.Where(file => file.Difference is not null).Select(file => $"{file.Name}: {file.Difference}"));
        Assert.All(report.Files, file => Assert.True(file.TestsProduct > 10 && file.TestsProduct == file.TestsReference, file.ToString()));
    }

    [Fact]
    public void What_differs_is_said_with_its_reason_and_written_as_the_format_says()
    {
        var report = CompatibilityRun.Execute(Options("test_cmd_line_script"), _ => { });
        using var json = JsonDocument.Parse(File.ReadAllBytes(report.Write(_folder)));
        var file = Assert.Single(json.RootElement.GetProperty("files").EnumerateArray().ToList());
        Assert.Equal(
            ("test_cmd_line_script", "passed", "failed"),
            (file.GetProperty("name").GetString(), file.GetProperty("reference").GetString(), file.GetProperty("product").GetString())
        );
        Assert.Contains("test_hint_when", file.GetProperty("difference").GetString());
        Assert.True(report.Files[0].IsExplained);
        Assert.Equal(
            (1, "3.11", 0, 1, 1),
            (
                json.RootElement.GetProperty("schema").GetInt32(),
                json.RootElement.GetProperty("python_version").GetString()![..4],
                json.RootElement.GetProperty("same").GetInt32(),
                json.RootElement.GetProperty("different").GetInt32(),
                json.RootElement.GetProperty("total").GetInt32()
            )
        );
    }

    [Theory]
    [InlineData(0, "Ran 12 tests in 0.1s\n\nOK\nRan 3 tests in 1s\n", "passed", 15)]
    [InlineData(0, "1 test skipped:\n    test_x\n", "skipped", 0)]
    [InlineData(2, "Ran 1 test in 0.1s\nFAIL: test_a (test.test_x.T.test_a)\n", "failed", 1)]
    [InlineData(124, "", "timeout", 0)]
    [InlineData(137, "", "timeout", 0)]
    [InlineData(139, "Fatal Python error: Segmentation fault\n", "crashed", 0)]
    public void An_outcome_is_read_from_the_exit_code_and_the_output(int exitCode, string output, string outcome, int tests)
    {
        var run = TestRun.Read(exitCode, output);
        Assert.Equal((outcome, tests), (run.Outcome, run.Tests));
    }

    [Fact]
    public void A_file_that_fails_on_both_sides_differs_when_the_product_fails_more_tests()
    {
        var reference = TestRun.Read(2, "FAIL: test_a (test.test_x.T.test_a)\n");
        var product = TestRun.Read(2, "FAIL: test_a (test.test_x.T.test_a)\nERROR: test_b (test.test_x.T.test_b)\n");
        Assert.Equal("fails test_b (test.test_x.T.test_b)", FileResult.Of("test_x", reference, product).Difference);
        Assert.Null(FileResult.Of("test_x", product, reference).Difference);
    }

    [Fact]
    public void A_test_file_that_the_version_does_not_have_is_no_success()
    {
        var exception = Assert.Throws<FormatException>(() => CompatibilityRun.Execute(Options("test_json", "test_no_such_file"), _ => { }));
        Assert.Contains("`test_no_such_file`", exception.Message);
    }

    [Fact]
    public void A_file_that_ends_in_time_on_no_side_is_not_called_the_same() =>
        Assert.StartsWith("timeout on both sides", FileResult.Of("test_x", TestRun.Read(124, ""), TestRun.Read(124, "")).Difference);

    [Fact]
    public void A_report_about_another_build_is_known_as_such()
    {
        var whole = new CompatibilityReport("3.11.2", "a build", [FileResult.Of("test_a", TestRun.Read(0, ""), TestRun.Read(0, ""))]);
        Assert.False(whole.IsAboutAnotherThanIn(_folder));
        whole.Write(_folder);
        Assert.False(whole.IsAboutAnotherThanIn(_folder));
        Assert.True((whole with { Reference = "another build" }).IsAboutAnotherThanIn(_folder));
    }

    [Fact]
    public void A_product_that_skips_a_test_differs_though_both_sides_pass()
    {
        var reference = TestRun.Read(0, "Ran 12 tests in 0.1s\n\nOK (skipped=1)\n");
        var product = TestRun.Read(0, "Ran 12 tests in 0.1s\n\nOK (skipped=3, expected failures=1)\n");
        Assert.Equal("runs 2 tests fewer", FileResult.Of("test_x", reference, product).Difference);
        Assert.Null(FileResult.Of("test_x", product, reference).Difference);
    }

    [Fact]
    public void An_interrupted_run_is_known_from_its_journal_though_the_last_line_is_half()
    {
        var path = Path.Combine(_folder, "journal.jsonl");
        var finished = FileResult.Of(
            "test_a",
            TestRun.Read(0, "Ran 2 tests in 1s\n"),
            TestRun.Read(2, "Ran 2 tests in 1s\nFAIL: test_b (x)\n")
        ) with
        {
            SecondsProduct = 2,
            SecondsReference = 3,
        };
        Journal.Open(path, "these sides").Add(finished);
        File.AppendAllText(path, "{\"Sides\":\"these sides\",\"File\":{\"Name\":\"test_b\",");

        var journal = Journal.Open(path, "these sides");
        Assert.Equal(finished, journal.Find("test_a"));
        Assert.Null(journal.Find("test_b"));
        journal.Add(finished with { Name = "test_c" });
        Assert.NotNull(Journal.Open(path, "these sides").Find("test_c"));
    }

    [Fact]
    public void What_other_sides_did_is_no_result_but_says_how_long_it_takes()
    {
        var path = Path.Combine(_folder, "journal.jsonl");
        Journal
            .Open(path, "a product")
            .Add(FileResult.Of("test_a", TestRun.Read(0, ""), TestRun.Read(0, "")) with { SecondsProduct = 2, SecondsReference = 3 });
        var journal = Journal.Open(path, "a rebuilt product");
        Assert.Null(journal.Find("test_a"));
        Assert.Equal((5, double.MaxValue), (journal.Seconds("test_a"), journal.Seconds("test_b")));
    }

    [Fact]
    public void Test_extensions_of_cpython_are_compiled_for_both_sides_and_loaded_from_memory()
    {
        // Without them the first is skipped whole, the second in part; the third looks for them as files.
        var report = CompatibilityRun.Execute(
            Options("test_fileutils", "test_picklebuffer", "test_xxlimited") with
            {
                Extensions = true,
            },
            _ => { }
        );
        Assert.Equal(["passed passed", "passed passed", "passed passed"], report.Files.Select(file => $"{file.Reference} {file.Product}"));
        Assert.EndsWith("with CPython's test extensions", report.Reference);
    }

    [Fact]
    public void A_reason_below_a_heading_with_a_module_file_counts_for_that_alone()
    {
        var path = Path.Combine(_folder, "compatibility.md");
        File.WriteAllText(
            path,
            """
            | `test_a` | 3.11, 3.13 | always |
            ## With `module_file = "virtual"`
            | `test_a` | 3.11 | also |
            | `test_b` | 3.11 | opens sources |
            """
        );
        Assert.Equal(
            "test_a: always",
            string.Join(", ", KnownDifferences.Read(path, "3.11", "filesystem").Select(pair => $"{pair.Key}: {pair.Value}"))
        );
        Assert.Equal(
            "test_a: always; also, test_b: opens sources",
            string.Join(", ", KnownDifferences.Read(path, "3.11", "virtual").Select(pair => $"{pair.Key}: {pair.Value}"))
        );
        Assert.Equal(["test_a"], KnownDifferences.Read(path, "3.13", "virtual").Keys);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private CompatibilityOptions Options(params string[] files) =>
        new()
        {
            TestFiles = files,
            WorkFolder = Path.Combine(_folder, "work"),
            ResultFolder = _folder,
        };
}
