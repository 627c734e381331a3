using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;

namespace Oxidizer.Packager.Tests.Distributions;

/// <summary>A distribution in the full form, with a few small files, as the tests' archives are made of it.</summary>
internal static class SmallDistribution
{
    public const string Target = "x86_64-unknown-linux-gnu";

    /// <summary>Its description; tests change it before they pack it.</summary>
    public static JsonObject Description() =>
        (JsonObject)
            JsonNode.Parse(
                """
                {
                  "version": "8",
                  "a_key_of_the_future": {"deep": [1, 2, {"deeper": null}]},
                  "target_triple": "x86_64-unknown-linux-gnu",
                  "python_version": "3.11.2",
                  "python_major_minor_version": "3.11",
                  "python_implementation_cache_tag": "cpython-311",
                  "python_bytecode_magic_number": "a70d0d0a",
                  "python_exe": "install/bin/python3.11",
                  "python_paths": {"stdlib": "install/lib/python3.11", "include": "install/include/python3.11"},
                  "python_suffixes": {"extension": [".so", ".cpython-311-x86_64-linux-gnu.so", ".abi3.so"]},
                  "python_stdlib_test_packages": ["test", "unittest.test"],
                  "licenses": ["PSF-2.0"],
                  "license_path": "licenses/LICENSE.cpython.txt",
                  "build_info": {
                    "core": {"objs": ["build/Modules/config.o", "build/Python/import.o"], "links": [{"name": "m", "system": true}]},
                    "inittab_object": "build/Modules/config.o",
                    "inittab_source": "build/Modules/config.c",
                    "inittab_cflags": ["-O2"],
                    "object_file_format": "elf",
                    "extensions": {
                      "zlib": [{"variant": "default", "in_core": false, "required": false, "init_fn": "PyInit_zlib", "objs": ["build/Modules/zlibmodule.o"],
                                "links": [{"name": "z", "path_static": "build/lib/libz.a"}], "licenses": ["Zlib"], "license_paths": []}],
                      "_signal": [{"variant": "default", "in_core": true, "required": true, "init_fn": "NULL", "objs": [], "links": []}]
                    }
                  }
                }
                """
            )!;

    /// <summary>Its files, by path; a text that begins with <c>-&gt; </c> is a link.</summary>
    public static SortedDictionary<string, string> Files(JsonObject? description = null) =>
        new(StringComparer.Ordinal)
        {
            ["python/PYTHON.json"] = (description ?? Description()).ToJsonString(),
            ["python/build/Modules/config.c"] = "/* the inittab */\n",
            ["python/build/Modules/config.o"] = "object",
            ["python/build/Modules/zlibmodule.o"] = "object",
            ["python/build/Python/import.o"] = "object",
            ["python/build/lib/libz.a"] = "!<arch>\n",
            ["python/install/bin/python3"] = "-> python3.11",
            ["python/install/bin/python3.11"] = "an interpreter",
            ["python/install/include/python3.11/Python.h"] = "/* declarations */\n",
            ["python/install/lib/python3.11/os.py"] = new string('#', 3000) + "\n",
            ["python/install/lib/python3.11/empty.py"] = "",
            ["python/licenses/LICENSE.cpython.txt"] = "the licence\n",
        };

    /// <summary>A tar of these files.</summary>
    public static byte[] Tar(SortedDictionary<string, string>? files = null)
    {
        using var stream = new MemoryStream();
        using (var writer = new TarWriter(stream, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (var (path, text) in files ?? Files())
                writer.WriteEntry(Entry(path, text));
        }
        return stream.ToArray();
    }

    public static byte[] TarZstd(SortedDictionary<string, string>? files = null) => Compress.Zstd(Tar(files));

    /// <summary>A zip of these files, with the modes and links of Unix.</summary>
    public static byte[] Zip(SortedDictionary<string, string>? files = null, CompressionLevel level = CompressionLevel.Fastest)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (path, text) in files ?? Files())
            {
                var entry = archive.CreateEntry(path, level);
                var mode =
                    text.StartsWith("-> ", StringComparison.Ordinal) ? 0xa1ff
                    : path.Contains("/bin/") ? 0x81ed
                    : 0x81a4;
                entry.ExternalAttributes = mode << 16;
                using var content = entry.Open();
                content.Write(Encoding.UTF8.GetBytes(text.StartsWith("-> ", StringComparison.Ordinal) ? text[3..] : text));
            }
        }
        return stream.ToArray();
    }

    /// <summary>A zip of one file.</summary>
    public static byte[] ZipOf(string path, byte[] content, CompressionLevel level)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        using (var entry = archive.CreateEntry(path, level).Open())
            entry.Write(content);
        return stream.ToArray();
    }

    private static PaxTarEntry Entry(string path, string text) =>
        text.StartsWith("-> ", StringComparison.Ordinal)
            ? new PaxTarEntry(TarEntryType.SymbolicLink, path) { ModificationTime = DateTimeOffset.UnixEpoch, LinkName = text[3..] }
            : new PaxTarEntry(TarEntryType.RegularFile, path)
            {
                ModificationTime = DateTimeOffset.UnixEpoch,
                Mode = path.Contains("/bin/") ? (UnixFileMode)0b111_101_101 : (UnixFileMode)0b110_100_100,
                DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)),
            };
}

/// <summary>The compressions of archives.</summary>
internal static class Compress
{
    public static byte[] Zstd(byte[] content)
    {
        using var compressor = new ZstdSharp.Compressor(3);
        // As the zstd program does: without it a flipped byte of content may go unseen.
        compressor.SetParameter(ZstdSharp.Unsafe.ZSTD_cParameter.ZSTD_c_checksumFlag, 1);
        return compressor.Wrap(content).ToArray();
    }

    public static byte[] Gzip(byte[] content, CompressionLevel level = CompressionLevel.Fastest)
    {
        using var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, level, leaveOpen: true))
            gzip.Write(content);
        return stream.ToArray();
    }

    /// <summary>Through the machine's own xz, for there is no writer of it in .NET.</summary>
    public static byte[] Xz(byte[] content)
    {
        using var xz = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo("xz", ["-c", "-1"]) { RedirectStandardInput = true, RedirectStandardOutput = true }
        )!;
        var reading = Task.Run(() =>
        {
            using var result = new MemoryStream();
            xz.StandardOutput.BaseStream.CopyTo(result);
            return result.ToArray();
        });
        xz.StandardInput.BaseStream.Write(content);
        xz.StandardInput.Close();
        return reading.Result;
    }
}
