using System.Diagnostics;
using System.Text.RegularExpressions;
using Outpost.Testing;

namespace Outpost.Operator.Tests.Hub;

/// <summary>The scripts of the runbook against a real hub; only Fly.io itself is a stand-in that writes down what it was told.</summary>
public sealed partial class DeployingAHub(PostgresServer postgres, RedisServer redis)
{
    private static readonly string Root = FindRoot();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_smoke_test_tries_ten_things_and_a_hub_passes_them_all()
    {
        await using var hub = await AHub.StartAsync(postgres, redis);

        var (code, said) = await RunAsync([], "scripts/smoke_test.sh", hub.Address.ToString());

        Assert.Equal(
            ["health", "landing page", "api", "channels", "search", "metrics", "docs", "openapi", "security headers", "rate limit headers"],
            Passed().Matches(said).Select(match => match.Groups["name"].Value));
        Assert.Contains("10 passed, 0 failed", said, StringComparison.Ordinal);
        Assert.Equal(0, code);
    }

    [Fact]
    public async Task The_smoke_test_fails_by_name_and_by_exit_code()
    {
        await using var other = await FirstHub.StartAsync();
        var (code, said) = await RunAsync([], "scripts/smoke_test.sh", other.Address.ToString());
        Assert.Equal(1, code);
        Assert.Contains("FAIL  openapi: GET /docs/openapi.yaml answered 404", said, StringComparison.Ordinal);
        Assert.Contains("0 passed, 10 failed", said, StringComparison.Ordinal);

        // Callers that are not limited get no header that says so: one check of ten.
        await using var unlimited = await AHub.StartAsync(postgres, redis, ("RATE_LIMIT_WHITELIST", "127.0.0.1"));
        (code, said) = await RunAsync([], "scripts/smoke_test.sh", unlimited.Address.ToString());
        Assert.Equal(1, code);
        Assert.Contains("FAIL  rate limit headers", said, StringComparison.Ordinal);
        Assert.Contains("9 passed, 1 failed", said, StringComparison.Ordinal);

        (code, said) = await RunAsync([], "scripts/smoke_test.sh", "http://127.0.0.1:1");
        Assert.Equal(1, code);
        Assert.Contains("0 passed, 10 failed", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deployment_checks_first_rolls_out_and_looks_whether_it_is_healthy()
    {
        await using var hub = await AHub.StartAsync(postgres, redis);
        using var fly = new FlyStandIn();

        var (code, said) = await DeployAsync(hub.Address, fly);

        Assert.True(code == 0, said);
        Assert.Equal(["secrets list --app aicq", "tests", "build", "deploy --config deploy/fly.toml --dockerfile Dockerfile --app aicq --strategy rolling"], fly.Done);
        Assert.Contains("10 passed, 0 failed", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_deployed_when_a_secret_or_a_check_is_missing_and_an_unhealthy_release_is_told()
    {
        await using var hub = await AHub.StartAsync(postgres, redis);

        using (var fly = new FlyStandIn("DATABASE_URL"))
        {
            var (code, said) = await DeployAsync(hub.Address, fly);
            Assert.Equal(1, code);
            Assert.Contains("the secret REDIS_URL is not set", said, StringComparison.Ordinal);
            Assert.DoesNotContain(fly.Done, line => line.StartsWith("deploy", StringComparison.Ordinal));
        }

        using (var fly = new FlyStandIn())
        {
            var (code, said) = await DeployAsync(hub.Address, fly, ("DEPLOY_TESTS", "false"));
            Assert.Equal(1, code);
            Assert.Contains("nothing was deployed", said, StringComparison.Ordinal);
            Assert.DoesNotContain(fly.Done, line => line.StartsWith("deploy", StringComparison.Ordinal));
        }

        using (var fly = new FlyStandIn())
        {
            var (code, said) = await DeployAsync(new("http://127.0.0.1:1"), fly, ("DEPLOY_PATIENCE", "0"));
            Assert.Equal(1, code);
            Assert.Contains("it is not healthy; to go back: fly releases", said, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Behind_the_proxy_of_Fly_callers_are_told_apart_and_the_series_are_read_from_outside()
    {
        var settings = File.ReadLines(Path.Combine(Root, "deploy/fly.toml")).SkipWhile(line => line != "[env]").Skip(1).TakeWhile(line => !line.StartsWith('['))
            .Select(line => Setting().Match(line)).Where(match => match.Success).ToDictionary(match => match.Groups["key"].Value, match => match.Groups["value"].Value);
        // Here the proxy is on the loopback interface, and so is the hub.
        (settings["TRUSTED_PROXIES"], settings["AICQ_PORT"], settings["AICQ_HOST"], settings["LOG_LEVEL"]) = ("127.0.0.1", "0", "127.0.0.1", "error");
        await using var hub = await AHub.StartAsync(postgres, redis, [.. settings.Select(setting => (setting.Key, setting.Value))]);
        using var client = new HttpClient { BaseAddress = hub.Address };
        async Task<HttpResponseMessage> FromAsync(string caller, string path)
        {
            var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "Fly-Client-IP", caller } } };
            request.Headers.TryAddWithoutValidation("X-Forwarded-For", $"6.6.6.6, {caller}, 66.241.124.230");
            return await client.SendAsync(request, Stop);
        }

        for (var i = 0; i < 60; i++) Assert.Equal(System.Net.HttpStatusCode.OK, (await FromAsync("203.0.113.1", "/channels")).StatusCode);

        Assert.Equal(System.Net.HttpStatusCode.TooManyRequests, (await FromAsync("203.0.113.1", "/channels")).StatusCode);
        Assert.Equal(System.Net.HttpStatusCode.OK, (await FromAsync("203.0.113.2", "/channels")).StatusCode);
        Assert.Contains("aicq_http_requests_total", await (await FromAsync("203.0.113.3", "/metrics")).Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
    }

    [Fact]
    public void The_image_is_built_from_all_that_the_projects_include()
    {
        var copied = Copied().Matches(File.ReadAllText(Path.Combine(Root, "Dockerfile"))).SelectMany(match => match.Groups["what"].Value.Split(' ').SkipLast(1)).ToArray();
        var let = File.ReadAllLines(Path.Combine(Root, ".dockerignore")).Where(line => line.StartsWith('!')).Select(line => line[1..]).ToArray();
        var projects = new[] { "src", "bench" }.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root, folder), "*.csproj", SearchOption.AllDirectories)).ToArray();
        var needed = projects.SelectMany(project => Included().Matches(File.ReadAllText(project)).Select(match => Path.GetRelativePath(Root, Path.Combine(Path.GetDirectoryName(project)!, match.Groups["path"].Value))))
            .Concat(["global.json", ".editorconfig", "Directory.Build.props", "Directory.Packages.props"]).ToArray();

        Assert.True(needed.Length > 10 && copied.Length > 5);
        Assert.All(needed, path => Assert.True(copied.Any(c => path == c || path.StartsWith($"{c}/", StringComparison.Ordinal)), $"the Dockerfile does not copy {path}"));
        Assert.Equal(copied.Order(), let.Order());
    }

    private static Task<(int Code, string Said)> DeployAsync(Uri hub, FlyStandIn fly, params (string Key, string Value)[] more) => RunAsync(
        [
            ("PATH", $"{fly.Directory}:{Environment.GetEnvironmentVariable("PATH")}"), ("DEPLOY_URL", hub.ToString().TrimEnd('/')), ("DEPLOY_TESTS", $"{fly.Directory}/say tests"), ("DEPLOY_BUILD", $"{fly.Directory}/say build"), .. more,
        ],
        "scripts/deploy.sh");

    private static async Task<(int Code, string Said)> RunAsync((string Key, string Value)[] surroundings, string script, params string[] words)
    {
        var start = new ProcessStartInfo("bash", [Path.Combine(Root, script), .. words]) { WorkingDirectory = Root, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (key, value) in surroundings) start.Environment[key] = value;
        using var process = Process.Start(start)!;
        var said = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(Stop), process.StandardError.ReadToEndAsync(Stop));
        await process.WaitForExitAsync(Stop);
        return (process.ExitCode, string.Concat(said));
    }

    private static string FindRoot()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "Outpost.slnx"))) at = at.Parent;
        return at?.FullName ?? throw new InvalidOperationException("The tests run from inside the source tree.");
    }

    [GeneratedRegex("^PASS  (?<name>.+)$", RegexOptions.Multiline)]
    private static partial Regex Passed();

    [GeneratedRegex("^  (?<key>[A-Z_]+) = \"(?<value>[^\"]*)\"$")]
    private static partial Regex Setting();

    [GeneratedRegex("^COPY (?!--)(?<what>.+)$", RegexOptions.Multiline)]
    private static partial Regex Copied();

    [GeneratedRegex("Include=\"(?<path>\\.\\./[^\"*]+)")]
    private static partial Regex Included();

    /// <summary>A <c>fly</c> that does nothing but write down what it was told, and knows some secrets.</summary>
    private sealed class FlyStandIn : IDisposable
    {
        private readonly DirectoryInfo _directory = System.IO.Directory.CreateTempSubdirectory("outpost-fly-");

        public FlyStandIn(params string[] secrets)
        {
            if (secrets.Length == 0) secrets = ["DATABASE_URL", "REDIS_URL"];
            Write("fly", $"echo \"$*\" >>{Directory}/done\nif [ \"$1 $2\" = 'secrets list' ]; then printf '%s\\n' {string.Join(' ', secrets)}; fi");
            Write("say", $"echo \"$*\" >>{Directory}/done");
        }

        public string Directory => _directory.FullName;

        public string[] Done => File.Exists(Path.Combine(Directory, "done")) ? File.ReadAllLines(Path.Combine(Directory, "done")) : [];

        public void Dispose() => _directory.Delete(recursive: true);

        private void Write(string name, string script)
        {
            var path = Path.Combine(Directory, name);
            File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
