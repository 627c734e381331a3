using Oxidizer.Packager.Processes;

namespace Oxidizer.Applications.Tests;

/// <summary>Libraries whose C code opens, loads or runs what is packed beside a program's own modules.</summary>
[Collection(Applications.Name)]
public sealed class LibraryTests(Site site)
{
    [Fact]
    public void Pillow_draws_with_a_packed_font()
    {
        using var program = new Application(
            site,
            "draw",
            ["pillow"],
            (
                "main.py",
                """
                import hashlib, os
                from PIL import Image, ImageDraw, ImageFont, features
                font = ImageFont.truetype(os.path.join(os.path.dirname(__file__), "fonts", "DejaVuSans.ttf"), 24)
                image = Image.new("RGB", (200, 40), "white")
                ImageDraw.Draw(image).text((4, 4), "Text", font=font, fill="black")
                image.save("text.png")
                image.save("text.jpg", quality=90)
                print(font.getname(), image.getbbox(), hashlib.sha256(image.tobytes()).hexdigest(), image.getcolors(4096)[0])
                print(Image.open("text.jpg").size, features.check("freetype2"))
                """
            ),
            ("fonts/DejaVuSans.ttf", Path.Combine(site.Root, "usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"))
        );
        Assert.Contains("('DejaVu Sans', 'Book')", program.Compare());
    }

    [Fact]
    public void Requests_trusts_a_packed_certificate()
    {
        using var program = new Application(
            site,
            "fetch",
            ["requests"],
            (
                "main.py",
                """
                import http.server, os, requests, ssl, threading
                here = os.path.dirname(__file__)
                class Handler(http.server.BaseHTTPRequestHandler):
                    def do_GET(self):
                        self.send_response(200); self.end_headers(); self.wfile.write(b"over TLS")
                    def log_message(self, *words): pass
                server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(os.path.join(here, "tls", "certificate.pem"), os.path.join(here, "tls", "key.pem"))
                server.socket = context.wrap_socket(server.socket, server_side=True)
                threading.Thread(target=server.serve_forever, daemon=True).start()
                address = f"https://127.0.0.1:{server.server_port}/"
                print(requests.get(address, verify=os.path.join(here, "tls", "certificate.pem")).text)
                try:
                    requests.get(address)
                except requests.exceptions.SSLError as error:
                    print("self-signed certificate" in str(error) or "self signed certificate" in str(error))
                """
            ),
            ("tls/certificate.pem", Certificate),
            ("tls/key.pem", Path.ChangeExtension(Certificate, ".key"))
        );
        Assert.Equal("over TLS\nTrue\n", program.Compare());
    }

    [Fact]
    public void A_package_loads_its_library_and_runs_its_helper()
    {
        using var program = new Application(
            site,
            "native",
            ["jinja2"],
            (
                "main.py",
                """
                import ctypes, os, subprocess, jinja2, fast
                here = os.path.dirname(fast.__file__)
                library = ctypes.CDLL(os.path.join(here, "libfast.so"))
                print(library.twice(21))
                print(subprocess.run([os.path.join(here, "helper"), "word"], stdout=subprocess.PIPE, text=True).stdout)
                print(subprocess.check_output([os.path.join(here, "script.sh"), "word"], text=True))
                environment = jinja2.Environment(loader=jinja2.FileSystemLoader(os.path.join(here, "templates")))
                print(environment.list_templates(), environment.get_template("page.txt").render(n=3))
                print(jinja2.Environment(loader=jinja2.PackageLoader("fast")).get_template("page.txt").render(n=4))
                """
            ),
            ("fast/__init__.py", ""),
            ("fast/templates/page.txt", "{% include 'part.txt' %}{{ n }}"),
            ("fast/templates/part.txt", "part "),
            ("fast/libfast.so", Compile("int twice(int x) { return 2 * x; }", "-shared", "-fPIC")),
            ("fast/helper", Compile("#include <stdio.h>\nint main(int c, char **v) { printf(\"helped %s\", v[1]); return 0; }")),
            ("fast/script.sh", Script)
        );
        Assert.Contains("42\nhelped word\nscript word\n", program.Compare());
    }

    private string Certificate
    {
        get
        {
            var path = Path.Combine(site.Root, "certificate.pem");
            string[] subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "30", "-nodes"];
            if (!File.Exists(path))
                Run(
                    "openssl",
                    ["req", "-x509", "-newkey", "rsa:2048", "-keyout", Path.ChangeExtension(path, ".key"), "-out", path, .. subject]
                );
            return path;
        }
    }

    private string Script
    {
        get
        {
            var path = Path.Combine(site.Root, "script.sh");
            File.WriteAllText(path, "#!/bin/sh\necho script \"$1\"\n");
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return path;
        }
    }

    private string Compile(string source, params string[] flags)
    {
        var path = Path.Combine(site.Root, Guid.NewGuid().ToString("N"));
        File.WriteAllText(path + ".c", source);
        Run("gcc", ["-O1", path + ".c", "-o", path, .. flags]);
        return path;
    }

    private static void Run(string program, string[] arguments)
    {
        var result = Workspace.Run(new Command(program, arguments));
        Assert.True(result.ExitCode == 0, result.Error);
    }
}
