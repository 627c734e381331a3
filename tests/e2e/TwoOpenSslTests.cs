using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Oxidizer.EndToEnd.Tests;

/// <summary>psycopg2 brings Debian's libssl and libcrypto into a process that has OpenSSL linked in already.</summary>
public sealed class TwoOpenSslTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    // One side of the handshake is ours, the other Debian's: a symbol of one that is taken by the other ends in a crash or a failed
    // handshake.
    [Fact]
    public void A_packed_OpenSSL_and_the_linked_one_speak_to_each_other_in_one_process()
    {
        using var packages = DebianPackages.Fetch("python3-psycopg2");
        WriteCertificate();
        _workspace.WriteApplication(
            $$"""
            import socket, ssl, struct, sys, threading, zlib
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(sys.argv[1])
            listener = socket.create_server(("127.0.0.1", 0))
            seen = []
            def serve():
                connection, _ = listener.accept()
                assert struct.unpack("!II", connection.recv(8)) == (8, 80877103)
                connection.sendall(b"S")
                with context.wrap_socket(connection, server_side=True) as secure:
                    seen.append(secure.version())
                    size, = struct.unpack("!I", secure.recv(4))
                    seen.append(b"user\0tester\0" in secure.recv(size - 4))
                    fields = b"SFATAL\0VFATAL\0C28000\0Mrefused by the product itself\0\0"
                    secure.sendall(b"E" + struct.pack("!I", len(fields) + 4) + fields)
            thread = threading.Thread(target=serve)
            thread.start()
            import psycopg2
            try:
                psycopg2.connect(host="127.0.0.1", port=listener.getsockname()[1], user="tester", dbname="none", sslmode="require", gssencmode="disable")
            except psycopg2.OperationalError as error:
                print(str(error).strip().splitlines()[-1].rpartition("FATAL:")[2].strip())
            thread.join()
            print(seen, zlib.crc32(zlib.decompress(zlib.compress(b"both"))) == zlib.crc32(b"both"))
            print(ssl.OPENSSL_VERSION.split()[0], psycopg2.__libpq_version__ > 90000)
            """,
            more: $"""
            [[python_packages]]
            type = "package-root"
            path = "{packages.Site}"
            packages = ["psycopg2"]
            """
        );
        var product = _workspace.Build();
        Assert.Empty(product.OwnWarnings());
        var result = _workspace.Run(product.ProductPath, _workspace["server.pem"]);
        Assert.Equal("refused by the product itself\n['TLSv1.3', True] True\nOpenSSL True\n", result.Output + result.Error);
        Assert.Equal(0, result.ExitCode);
    }

    private void WriteCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        _workspace.Write("server.pem", certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n");
    }
}
