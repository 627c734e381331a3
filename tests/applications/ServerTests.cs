using System.Net.Sockets;
using Oxidizer.Packager.Processes;

namespace Oxidizer.Applications.Tests;

/// <summary>Web applications: templates, static files, and a server that forks.</summary>
[Collection(Applications.Name)]
public sealed class ServerTests(Site site)
{
    private const string Settings = """
        SECRET_KEY = "x"
        DEBUG = True
        ALLOWED_HOSTS = ["*"]
        INSTALLED_APPS = ["django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
                          "django.contrib.messages", "django.contrib.staticfiles", "shop"]
        DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "db.sqlite3"}}
        ROOT_URLCONF = "project.urls"
        STATIC_URL, STATIC_ROOT = "/static/", "static"
        LANGUAGE_CODE = "de"
        MIDDLEWARE = ["django.contrib.sessions.middleware.SessionMiddleware", "django.contrib.auth.middleware.AuthenticationMiddleware",
                      "django.contrib.messages.middleware.MessageMiddleware"]
        TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True, "OPTIONS": {"context_processors": [
            "django.contrib.auth.context_processors.auth", "django.contrib.messages.context_processors.messages",
            "django.template.context_processors.request"]}}]
        DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
        """;

    private const string Page = """
        from django.test import Client
        for address in ("/admin/login/", "/shop/"):
            answer = Client().get(address)
            print(address, answer.status_code, answer.content.decode())
        """;

    [Fact]
    public void Django_finds_templates_migrations_translations_and_static_files()
    {
        using var django = new Application(
            site,
            "manage",
            ["django"],
            (
                "main.py",
                "import os, sys\nos.environ['DJANGO_SETTINGS_MODULE'] = 'project.settings'\nfrom django.core.management import execute_from_command_line\nexecute_from_command_line(sys.argv)\n"
            ),
            ("project/__init__.py", ""),
            ("project/settings.py", Settings),
            (
                "project/urls.py",
                "from django.contrib import admin\nfrom django.urls import path\nfrom shop import views\nurlpatterns = [path('admin/', admin.site.urls), path('shop/', views.index)]\n"
            ),
            ("shop/__init__.py", ""),
            ("shop/models.py", "from django.db import models\nclass Thing(models.Model):\n    name = models.CharField(max_length=9)\n"),
            (
                "shop/migrations/0001_initial.py",
                "from django.db import migrations, models\nclass Migration(migrations.Migration):\n    initial = True\n    operations = [migrations.CreateModel('Thing', [('id', models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')), ('name', models.CharField(max_length=9))])]\n"
            ),
            ("shop/migrations/__init__.py", ""),
            (
                "shop/views.py",
                "from django.shortcuts import render\ndef index(request):\n    return render(request, 'shop/index.html', {'n': 3})\n"
            ),
            ("shop/templates/shop/index.html", "{% for x in 'abc' %}{{ x }}{% endfor %}{{ n }}"),
            ("shop/static/shop/style.css", "p { margin: 0 }")
        );
        django.Differing(@"csrfmiddlewaretoken"" value=""\w+", @"secret_key\w*");
        Assert.Contains("(0 ", django.Compare("check"));
        Assert.Contains("No changes detected", django.Compare("makemigrations", "--check", "--dry-run"));
        Assert.Contains("121 static files copied", django.Compare("collectstatic", "--noinput"));
        var page = django.Compare("shell", "-c", Page);
        Assert.Contains("Anmelden", page);
        Assert.Contains("/shop/ 200 abc3", page);
        // The database has times in it.
        var (onDisk, product) = (django.RunOnDisk("migrate"), django.RunProduct("migrate"));
        Assert.Contains("Applying shop.0001_initial... OK", product.Output);
        Assert.Equal((onDisk.ExitCode, onDisk.Output, onDisk.Error), (product.ExitCode, product.Output, product.Error));
    }

    [Fact]
    public async Task Gunicorn_serves_a_flask_application_of_the_working_folder()
    {
        using var gunicorn = new Application(site, "gunicorn", "gunicorn.app.wsgiapp:run", "gunicorn", "flask");
        gunicorn
            .With(
                "shop.py",
                "from flask import Flask, render_template\napp = Flask(__name__)\n@app.route('/')\ndef index():\n    return render_template('index.html', n=3)\n"
            )
            .With("templates/index.html", "{% for x in 'abc' %}{{ x }}{% endfor %}{{ n }}")
            .With("static/style.css", "p { margin: 0 }");
        var (onDisk, product) = (await Serve(gunicorn, isProduct: false), await Serve(gunicorn, isProduct: true));
        Assert.Contains("abc3", onDisk.Answers[0]);
        Assert.Contains("margin", onDisk.Answers[1]);
        Assert.Equal(onDisk.Answers, product.Answers);
        Assert.Equal((0, 0), (onDisk.ExitCode, product.ExitCode));
        Assert.Equal(onDisk.Files, product.Files);
    }

    private sealed record Served(int ExitCode, string[] Answers, IReadOnlyList<string> Files);

    // Two workers, which are started anew once, and an end by SIGTERM.
    private static async Task<Served> Serve(Application application, bool isProduct)
    {
        var socket = Path.Combine(application.Folder, "../socket");
        using var server = ChildProcess.Start(
            application.CommandOf(isProduct, "--workers=2", "--bind", $"unix:{socket}", "--log-file", "-", "shop:app")
        );
        var errors = server.StandardError.ReadToEndAsync();
        var output = server.StandardOutput.ReadToEndAsync();
        try
        {
            var first = await Ask(socket, "/");
            Assert.Equal(0, Workspace.Run(new Command("kill", ["-HUP", $"{server.Id}"])).ExitCode);
            // A worker that is ended while it starts would be waited for.
            await Task.Delay(TimeSpan.FromSeconds(2));
            string[] answers = [first, await Ask(socket, "/static/style.css"), await Ask(socket, "/nowhere")];
            Assert.Equal(0, Workspace.Run(new Command("kill", ["-TERM", $"{server.Id}"])).ExitCode);
            using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
            await server.WaitForExitAsync(limit.Token);
            return new Served(server.ExitCode, answers, application.Files());
        }
        catch (Exception exception)
        {
            server.Kill(entireProcessTree: true);
            throw new InvalidOperationException(await output + await errors, exception);
        }
    }

    private static async Task<string> Ask(string socket, string path)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (true)
        {
            try
            {
                using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await client.ConnectAsync(new UnixDomainSocketEndPoint(socket), limit.Token);
                await client.SendAsync(System.Text.Encoding.ASCII.GetBytes($"GET {path} HTTP/1.0\r\nHost: x\r\n\r\n"), limit.Token);
                using var reader = new StreamReader(new NetworkStream(client));
                var answer = await reader.ReadToEndAsync(limit.Token);
                // The head has times in it.
                return answer[..answer.IndexOf('\n', StringComparison.Ordinal)]
                    + answer[answer.IndexOf("\r\n\r\n", StringComparison.Ordinal)..];
            }
            catch (SocketException)
            {
                await Task.Delay(100, limit.Token);
            }
        }
    }
}
