namespace Oxidizer.Applications.Tests;

/// <summary>Programs that make documents from templates, themes and fonts that are packed with them.</summary>
[Collection(Applications.Name)]
public sealed class DocumentTests(Site site)
{
    [Fact]
    public void Sphinx_documents_a_module_of_the_working_folder()
    {
        using var sphinx = new Application(site, "sphinx-build", "sphinx.cmd.build:main", "sphinx") { NeedsShare = true };
        sphinx.Variables["SOURCE_DATE_EPOCH"] = "1700000000";
        sphinx
            .With(
                "conf.py",
                "import os, sys\nsys.path.insert(0, os.path.abspath('.'))\nproject = 'P'\nextensions = ['sphinx.ext.autodoc', 'sphinx.ext.viewcode', 'sphinx.ext.napoleon']\n"
            )
            .With("index.rst", "Title\n=====\n\n.. automodule:: lib\n   :members:\n\n.. code-block:: python\n\n   print(1)\n")
            .With(
                "lib.py",
                "\"\"\"Doc of lib.\"\"\"\ndef f(x):\n    \"\"\"Does.\n\n    Args:\n        x: thing\n    \"\"\"\n    return x\n"
            );
        Assert.Contains("build succeeded", sphinx.Compare("-d", ".trees", ".", "html"));
        sphinx.Compare("-q", "-d", ".trees", "-b", "man", ".", "man");
        sphinx.Compare("-q", "-d", ".trees", "-b", "latex", ".", "latex");
    }

    [Theory]
    [InlineData("mkdocs")]
    [InlineData("readthedocs")]
    public void Mkdocs_copies_its_themes(string theme)
    {
        using var mkdocs = new Application(site, "mkdocs", "mkdocs.__main__:cli", "mkdocs");
        mkdocs.Variables["SOURCE_DATE_EPOCH"] = "1700000000";
        mkdocs
            .With("mkdocs.yml", $"site_name: S\ntheme: {theme}\nmarkdown_extensions: [toc, tables, fenced_code]\n")
            .With("docs/index.md", "# Hi\n\n```python\nx = 1\n```\n")
            .Differing(@"Build Date UTC : [\d :.+-]+", @"in \d+\.\d+ seconds");
        Assert.Contains("Documentation built", mkdocs.Compare("build"));
    }

    [Theory]
    [InlineData("html")]
    [InlineData("markdown")]
    [InlineData("script")]
    [InlineData("slides")]
    public void Nbconvert_converts_a_notebook(string format)
    {
        using var nbconvert = new Application(site, "nbconvert", "nbconvert.nbconvertapp:main", "nbconvert") { NeedsShare = true };
        nbconvert.With(
            "a.ipynb",
            """
            {"cells": [{"cell_type": "markdown", "metadata": {}, "source": ["# T\n", "$x^2$"]},
             {"cell_type": "code", "execution_count": 1, "metadata": {}, "source": ["print(1)"],
              "outputs": [{"name": "stdout", "output_type": "stream", "text": ["1\n"]}]}],
             "metadata": {"language_info": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 4}
            """
        );
        Assert.Contains("Writing", nbconvert.Compare("--to", format, "a.ipynb"));
    }

    [Fact]
    public void Nbconvert_starts_a_kernel_that_is_the_product()
    {
        using var nbconvert = new Application(site, "nbconvert", "nbconvert.nbconvertapp:main", "nbconvert", "ipykernel");
        // The templates without the kernels that Debian names beside them: those are `/usr/bin/python3`.
        var templates = Path.Combine(site.Root, "templates");
        Directory.CreateDirectory(templates);
        Directory.CreateSymbolicLink(Path.Combine(templates, "nbconvert"), Path.Combine(site.Root, "usr/share/jupyter/nbconvert"));
        nbconvert.Variables["JUPYTER_PATH"] = templates;
        nbconvert.With(
            "a.ipynb",
            """
            {"cells": [{"cell_type": "code", "execution_count": null, "metadata": {}, "outputs": [],
              "source": ["import sys; print(6 * 7, sys.executable)"]}],
             "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
             "language_info": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 4}
            """
        );
        var outcome = nbconvert.RunProduct("--to", "markdown", "--execute", "a.ipynb");
        Assert.True(outcome.ExitCode == 0, outcome.Error);
        Assert.Contains($"42 {nbconvert.Product}", File.ReadAllText(Path.Combine(nbconvert.Folder, "a.md")));
    }

    [Fact]
    public void Babel_knows_its_locales()
    {
        using var babel = new Application(site, "pybabel", "babel.messages.frontend:main", "babel");
        babel.With("a.py", "_('hello')\n").Differing(@"(POT-Creation|PO-Revision)-Date: [\d :+-]+");
        Assert.Contains("German (Austria)", babel.Compare("--list-locales"));
        Assert.Contains("extracting messages", babel.Compare("extract", "-o", "m.pot", "."));
    }
}
