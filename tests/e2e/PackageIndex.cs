using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Oxidizer.Packager.Processes;
using Process = System.Diagnostics.Process;

namespace Oxidizer.EndToEnd.Tests;

/// <summary>The programs of a server, from Debian's packages: once for all indexes.</summary>
public sealed class WebServer : IDisposable
{
    private readonly DebianPackages _packages = DebianPackages.Fetch("nginx");

    internal Process Start(string configuration)
    {
        var library = Directory.EnumerateDirectories(Path.Combine(_packages.Folder, "usr/lib"), "*-linux-gnu").Single();
        var process = ChildProcess.Start(
            new Command(Path.Combine(_packages.Folder, "usr/sbin/nginx"), ["-c", configuration, "-e", "stderr"])
            {
                Environment = new Dictionary<string, string?>
                {
                    ["LD_LIBRARY_PATH"] = $"{library}:{library.Replace("/usr/lib/", "/lib/", StringComparison.Ordinal)}",
                },
            }
        );
        // A full pipe would stop it.
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        return process;
    }

    public void Dispose() => _packages.Dispose();
}

/// <summary>A package index (PEP 503) of a test's own, on this machine, with distributions that the test makes.</summary>
public sealed class PackageIndex : IDisposable
{
    private readonly WebServer _server;
    private readonly string _folder = Directory.CreateTempSubdirectory("oxidizer-index-").FullName;
    private readonly int _port = FreePort();
    private Process? _process;

    public PackageIndex(WebServer server)
    {
        _server = server;
        Directory.CreateDirectory(Files);
    }

    /// <summary>Its address, without a user.</summary>
    public string Address => $"http://127.0.0.1:{_port}/simple/";

    /// <summary>The files of the distributions.</summary>
    public string Files => Path.Combine(_folder, "files");

    /// <summary>Its address with a user.</summary>
    public string AddressFor(string user) => Address.Replace("//", $"//{user}@", StringComparison.Ordinal);

    /// <summary>Each request that was answered, with its status.</summary>
    public IReadOnlyList<string> Requests => [.. File.ReadAllLines(Path.Combine(_folder, "access.log"))];

    /// <summary>Makes a pure wheel.</summary>
    /// <param name="name">Of the distribution.</param>
    /// <param name="version">Of the distribution.</param>
    /// <param name="files">Its content, by path.</param>
    /// <param name="metadata">More lines of its metadata, such as <c>Requires-Dist: x</c>.</param>
    public PackageIndex Wheel(string name, string version, (string Path, string Text)[] files, params string[] metadata)
    {
        var module = name.Replace('-', '_');
        var path = Path.Combine(Files, $"{module}-{version}-py3-none-any.whl");
        WriteWheel(path, module, version, files, metadata);
        return this;
    }

    /// <summary>Writes a wheel anywhere.</summary>
    public static void WriteWheel(string path, string name, string version, (string Path, string Text)[] files, params string[] metadata)
    {
        var information = $"{name}-{version}.dist-info";
        (string Path, string Text)[] all =
        [
            .. files,
            (
                $"{information}/METADATA",
                $"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{string.Concat(metadata.Select(line => line + "\n"))}"
            ),
            // No two wheels of the tests are the same: the cache that they share has none of them.
            ($"{information}/UNIQUE", Guid.NewGuid().ToString()),
            ($"{information}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"),
        ];
        var record = string.Concat(
            all.Select(file =>
            {
                var bytes = Encoding.UTF8.GetBytes(file.Text);
                var digest = Convert.ToBase64String(SHA256.HashData(bytes)).Replace('+', '-').Replace('/', '_').TrimEnd('=');
                return $"{file.Path},sha256={digest},{bytes.Length}\n";
            })
        );
        using var archive = ZipFile.Open(path, ZipArchiveMode.Create);
        foreach (var (file, text) in all.Append(($"{information}/RECORD", $"{record}{information}/RECORD,,\n")))
        {
            using var entry = archive.CreateEntry(file).Open();
            entry.Write(Encoding.UTF8.GetBytes(text));
        }
    }

    /// <summary>Writes the index's pages, each file with its digest, and starts the server if it does not run.</summary>
    /// <param name="users">A line <c>user:{PLAIN}password</c> for each who may read it; none: everybody may.</param>
    public PackageIndex Serve(params string[] users)
    {
        foreach (var group in Directory.GetFiles(Files).GroupBy(path => Path.GetFileName(path).Split('-')[0].Replace('_', '-')))
        {
            var folder = Directory.CreateDirectory(Path.Combine(_folder, "simple", group.Key)).FullName;
            var links = group
                .Order(StringComparer.Ordinal)
                .Select(path =>
                    $"<a href=\"/files/{Path.GetFileName(path)}#sha256={Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)))}\">{Path.GetFileName(path)}</a>\n"
                );
            File.WriteAllText(Path.Combine(folder, "index.html"), $"<!DOCTYPE html><html><body>\n{string.Concat(links)}</body></html>");
        }
        if (_process is not null)
            return this;
        File.WriteAllLines(Path.Combine(_folder, "users"), users);
        File.WriteAllText(Path.Combine(_folder, "access.log"), "");
        File.WriteAllText(
            Path.Combine(_folder, "nginx.conf"),
            string.Create(
                CultureInfo.InvariantCulture,
                $$"""
                daemon off; worker_processes 1; pid {{_folder}}/pid; {{(Environment.IsPrivilegedProcess ? "user root;" : "")}}
                events { }
                http {
                    log_format short "$request_method $request_uri $status"; access_log {{_folder}}/access.log short;
                    client_body_temp_path {{_folder}}/t1; proxy_temp_path {{_folder}}/t2; fastcgi_temp_path {{_folder}}/t3;
                    uwsgi_temp_path {{_folder}}/t4; scgi_temp_path {{_folder}}/t5;
                    types { text/html html; }
                    server {
                        listen 127.0.0.1:{{_port}}; root {{_folder}}; index index.html;
                        {{(users.Length > 0 ? $"auth_basic private; auth_basic_user_file {_folder}/users;" : "")}}
                    }
                }
                """
            )
        );
        _process = _server.Start(Path.Combine(_folder, "nginx.conf"));
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                using var client = new TcpClient();
                client.Connect(IPAddress.Loopback, _port);
                return this;
            }
            catch (SocketException) when (attempt < 500 && !_process.HasExited)
            {
                Thread.Sleep(20);
            }
        }
    }

    /// <summary>Ends the server: nobody answers at the address any more.</summary>
    public void Stop()
    {
        if (_process is null)
            return;
        ChildProcess.Kill(_process);
        _process.WaitForExit();
        _process.Dispose();
        _process = null;
    }

    public void Dispose()
    {
        Stop();
        Directory.Delete(_folder, recursive: true);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
