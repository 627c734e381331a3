namespace Oxidizer.Applications.Tests;

/// <summary>Programs that act: on this machine, and over the network.</summary>
[Collection(Applications.Name)]
public sealed class OperationTests(Site site)
{
    [Fact]
    public void Ansible_plays_a_local_playbook()
    {
        using var ansible = new Application(site, "ansible-playbook", "ansible.cli.playbook:main", "ansible-core");
        KeepBelow(ansible);
        ansible
            .With(
                "play.yml",
                """
                - hosts: localhost
                  connection: local
                  tasks:
                  - copy: {content: "hello {{ ansible_system }}", dest: "{{ playbook_dir }}/out.txt"}
                  - command: echo hi
                    register: said
                  - debug: {var: said.stdout}
                  - template: {src: t.j2, dest: "{{ playbook_dir }}/t.txt"}
                  - lineinfile: {path: "{{ playbook_dir }}/t.txt", line: more}
                """
            )
            .With("t.j2", "{{ 1 + 1 }}\n");
        Assert.Contains("ok=6    changed=4    unreachable=0    failed=0", ansible.Compare("play.yml", "-i", "localhost,"));
    }

    // Its modules go below the home folder that the user database names, and not HOME.
    private static void KeepBelow(Application ansible) =>
        ansible.Variables["ANSIBLE_REMOTE_TEMP"] = Path.GetFullPath("../tmp", ansible.Folder);

    [Fact]
    public void Yt_dlp_finds_its_extractors()
    {
        using var downloader = new Application(site, "yt-dlp", "yt_dlp:main", "yt-dlp");
        downloader.With("video.mp4", "no video");
        Assert.Contains("Zattoo", downloader.Compare("--list-extractors"));
        Assert.Contains("Extracting URL", downloader.Compare("--simulate", "--enable-file-urls", $"file://{downloader.Folder}/video.mp4"));
    }

    [Fact]
    public void Certbot_finds_its_plugins_by_their_metadata()
    {
        using var certbot = new Application(site, "certbot", "certbot.main:main", "certbot");
        certbot.Differing(@"(?m)^\d{4}-\d\d-\d\d .*$", @"(?s)Traceback.*");
        string[] folders = ["--config-dir", "c", "--work-dir", "w", "--logs-dir", ".logs"];
        Assert.Contains("Entry point: standalone", certbot.Compare(["plugins", .. folders]));
        Assert.Contains("No certificates found", certbot.Compare(["certificates", .. folders]));
        certbot.Compare(["--help", "all", .. folders]);
        string[] server = ["--server", "http://127.0.0.1:9/directory", "--agree-tos", "--register-unsafely-without-email"];
        Assert.Contains(
            "Connection refused",
            certbot.Compare(["certonly", "--standalone", "-n", "-d", "example.org", .. server, .. folders])
        );
    }

    [Fact]
    public void Httpie_prints_a_request_in_colours()
    {
        using var http = new Application(site, "http", "httpie.__main__:main", "httpie");
        // It accepts brotli where that is installed, which nothing requires.
        Assert.Contains(
            "\"a\"",
            http.Compare("--ignore-stdin", "--offline", "--pretty=all", "POST", "example.org/x", "Accept-Encoding:gzip", "a=1", "b:=2")
        );
        Assert.Contains("Connection refused", http.Compare("--ignore-stdin", "GET", "http://127.0.0.1:9/"));
        http.Compare("--help");
    }

    [Fact]
    public void Aws_imports_what_it_brings_under_other_names()
    {
        using var aws = new Application(site, "aws", "awscli.clidriver:main", "awscli");
        foreach (var name in new[] { "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION" })
            aws.Variables[name] = "us-east-1";
        (aws.Variables["AWS_PAGER"], aws.Variables["AWS_MAX_ATTEMPTS"]) = ("", "1");
        aws.With("file", "content");
        Assert.Contains("InstanceIds", aws.Compare("ec2", "describe-instances", "--generate-cli-skeleton"));
        Assert.Contains("(dryrun) upload: ./file", aws.Compare("s3", "cp", "file", "s3://bucket/file", "--dryrun"));
        Assert.Contains("Could not connect", aws.Compare("s3", "ls", "--endpoint-url", "http://127.0.0.1:9"));
    }

    [Fact]
    public void Mercurial_imports_lazily_and_runs_a_hook()
    {
        using var hg = new Application(site, "hg", "mercurial.dispatch:run", "mercurial");
        (hg.Variables["HGPLAIN"], hg.Variables["HGUSER"]) = ("1", "x");
        hg.With("hook.py", "def f(**words): print('hooked')\n");
        Assert.Contains("hooked", hg.Compare("init", "r", "--config", "hooks.post-init=python:hook.py:f"));
        Assert.Contains("rebase", hg.Compare("--config", "extensions.rebase=", "help", "rebase"));
        hg.Compare("help", "revsets");
    }

    [Fact]
    public void Scrapy_writes_a_project_and_runs_a_spider()
    {
        using var scrapy = new Application(site, "scrapy", "scrapy.cmdline:execute", "scrapy");
        scrapy
            .With(
                "spider.py",
                "import scrapy\nclass S(scrapy.Spider):\n    name = 's'\n    start_urls = ['data:text/html,<a href=x>y</a>']\n    def parse(self, answer):\n        yield {'t': answer.css('a::text').get()}\n"
            )
            .Differing("directory '[^']*'");
        Assert.Contains("New Scrapy project", scrapy.Compare("startproject", "p"));
        scrapy.Compare("runspider", "spider.py", "-O", "out.json", "-s", "LOG_LEVEL=ERROR");
    }

    [Fact]
    public void No_file_is_made_but_the_programs_own()
    {
        using var mypy = new Application(site, "mypy", "mypy.__main__:console_entry", "mypy");
        mypy.With("good.py", "import json\nx: int = 1\n");
        Assert.Empty(mypy.WrittenElsewhere("good.py"));
        using var aws = new Application(site, "aws", "awscli.clidriver:main", "awscli");
        Assert.Empty(aws.WrittenElsewhere("ec2", "describe-instances", "--generate-cli-skeleton"));
        using var ansible = new Application(site, "ansible-playbook", "ansible.cli.playbook:main", "ansible-core");
        KeepBelow(ansible);
        ansible.With("play.yml", "- hosts: localhost\n  connection: local\n  tasks:\n  - command: echo hi\n");
        Assert.Empty(ansible.WrittenElsewhere("play.yml", "-i", "localhost,"));
    }
}
