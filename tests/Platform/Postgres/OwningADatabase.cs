using Npgsql;
using Outpost.Platform.Postgres.Embedded;
using Outpost.Platform.Processes;

namespace Outpost.Platform.Tests.Postgres;

public sealed class OwningADatabase(OwningADatabase.Cluster cluster) : IClassFixture<OwningADatabase.Cluster>
{
    [Fact]
    public async Task Only_the_owner_changes_the_schema()
    {
        await RunAsync("shop_owner", "create table if not exists things (name text)");

        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, (await Assert.ThrowsAsync<PostgresException>(() => RunAsync("shop_app", "create table mine ()"))).SqlState);
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, (await Assert.ThrowsAsync<PostgresException>(() => RunAsync("shop_app", "select * from things"))).SqlState);
    }

    [Fact]
    public async Task The_app_is_bound_by_row_level_security_and_the_backup_reads_everything()
    {
        await RunAsync("shop_owner", """
            create table guarded (name text); alter table guarded enable row level security; grant select on guarded to shop_app; insert into guarded values ('hidden')
            """);

        Assert.Equal(0L, await RunAsync("shop_app", "select count(*) from guarded"));
        Assert.Equal(1L, await RunAsync("shop_backup", "select count(*) from guarded"));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, (await Assert.ThrowsAsync<PostgresException>(() => RunAsync("shop_backup", "delete from guarded"))).SqlState);
    }

    [Fact]
    public async Task Another_systems_app_cannot_enter() =>
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, (await Assert.ThrowsAsync<PostgresException>(() => RunAsync("till_app", "select 1"))).SqlState);

    [Fact]
    public async Task A_wrong_password_is_refused() =>
        Assert.Equal(PostgresErrorCodes.InvalidPassword, (await Assert.ThrowsAsync<PostgresException>(() => RunAsync("shop_app", "select 1", "wrong"))).SqlState);

    [Fact]
    public async Task A_second_time_changes_nothing()
    {
        await RunAsync("shop_owner", "create table if not exists kept (name text); insert into kept values ('kept')");

        await cluster.Server.EnsureAsync(cluster.Databases, TestContext.Current.CancellationToken);

        Assert.Equal(1L, await RunAsync("shop_owner", "select count(*) from kept"));
    }

    [Theory]
    [InlineData("data_checksums", "on")]
    [InlineData("wal_segment_size", "1MB")]
    [InlineData("listen_addresses", "")]
    [InlineData("fsync", "on")]
    [InlineData("full_page_writes", "on")]
    [InlineData("synchronous_commit", "on")]
    [InlineData("wal_level", "replica")]
    [InlineData("jit", "off")]
    [InlineData("cluster_name", "outpost")]
    [InlineData("server_encoding", "UTF8")]
    [InlineData("TimeZone", "UTC")]
    public async Task It_runs_as_configured(string setting, string value) => Assert.Equal(value, await RunAsync("shop_app", $"show {setting}"));

    private async Task<object?> RunAsync(string role, string sql, string? password = null)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder
        {
            Host = cluster.Place.Sockets,
            Database = "shop",
            Username = role,
            Password = password ?? role,
            Pooling = false,
        }.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }

    public sealed class Cluster : IAsyncLifetime
    {
        private readonly string _directory = Path.Combine("/tmp", $"outpost-{Guid.NewGuid().ToString("n")[..12]}");

        internal OwnedDatabase[] Databases { get; } = [new("shop", "shop", "shop_owner", "shop_app", "shop_backup"), new("till", "till", "till_owner", "till_app", "till_backup")];

        internal ClusterPlace Place { get; private set; } = null!;

        internal EmbeddedPostgres Server { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            var user = UnixUser.IsRoot ? UnixUser.First("postgres") : null;
            PrivateDirectory.Ensure(_directory, passable: true);
            PrivateDirectory.Ensure(_directory + "/conf", passable: true);
            Place = new(_directory + "/postgres", _directory + "/conf", _directory + "/s", _directory + "/log");
            Server = new(Place, await PostgresBinaries.FindAsync(null, Place.Data, CancellationToken.None), user, "superuser", TimeProvider.System, _ => { });
            await Server.StartAsync(CancellationToken.None);
            await Server.EnsureAsync(Databases, CancellationToken.None);
        }

        public async ValueTask DisposeAsync()
        {
            await Server.DisposeAsync();
            Directory.Delete(_directory, recursive: true);
        }
    }
}
