using Outpost.Platform.Processes;
using Outpost.Platform.Redis.Embedded;

namespace Outpost.Platform.Tests.Redis;

public sealed class RunningAPrivateRedis(RunningAPrivateRedis.Server server) : IClassFixture<RunningAPrivateRedis.Server>
{
    [Fact]
    public async Task It_answers_only_to_its_password()
    {
        Assert.Equal("PONG", await AskAsync("PING"));
        Assert.StartsWith("-WRONGPASS", await RedisSocket.AskAsync(server.Place.Socket, "wrong", "PING", TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_keeps_an_append_only_file_and_stays_below_its_budget()
    {
        Assert.Contains("aof_enabled:1", await AskAsync("INFO persistence"), StringComparison.Ordinal);
        var memory = await AskAsync("INFO memory");
        Assert.Contains($"maxmemory:{80 * 1024 * 1024}", memory, StringComparison.Ordinal);
        Assert.Contains("maxmemory_policy:noeviction", memory, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_listens_on_no_port() => Assert.Contains("tcp_port:0", await AskAsync("INFO server"), StringComparison.Ordinal);

    [Fact]
    public void Its_password_stands_in_no_command_line_and_in_no_file()
    {
        Assert.DoesNotContain(Server.Password, ProcessIdentity.Command(server.Redis.Identity!.Pid), StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.GetFiles(server.Place.Data), file => File.ReadAllText(file).Contains(Server.Password, StringComparison.Ordinal));
    }

    [Fact]
    public void Its_URL_escapes_what_a_path_may_hold() =>
        Assert.Equal("unix://:pw@/data%20dir/%C3%A9/redis.sock", new RedisPlace("/d", "/data dir/é", "/l").Url("pw"));

    private Task<string> AskAsync(string command) => RedisSocket.AskAsync(server.Place.Socket, Server.Password, command, TestContext.Current.CancellationToken);

    public sealed class Server : IAsyncLifetime
    {
        internal const string Password = "a-password-of-the-test";
        private readonly string _directory = Path.Combine("/tmp", $"outpost-{Guid.NewGuid().ToString("n")[..12]}");

        internal RedisPlace Place { get; private set; } = null!;

        internal EmbeddedRedis Redis { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            PrivateDirectory.Ensure(_directory, passable: true);
            Place = new(_directory + "/redis", _directory + "/s", _directory + "/log");
            Redis = new(Place, RedisBinaries.Find(null), UnixUser.IsRoot ? UnixUser.First("redis", "valkey", "postgres") : null, Password, TimeProvider.System, _ => { });
            await Redis.StartAsync(CancellationToken.None);
        }

        public async ValueTask DisposeAsync()
        {
            await Redis.DisposeAsync();
            Directory.Delete(_directory, recursive: true);
        }
    }
}
