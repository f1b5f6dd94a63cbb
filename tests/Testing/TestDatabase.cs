using Npgsql;
using Outpost.Platform.Configuration;

namespace Outpost.Testing;

/// <summary>One test's own database, dropped when disposed. The sources open their first connection when they are first used.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private readonly PostgresProcess _process;
    private readonly string _system;
    private readonly Lazy<NpgsqlDataSource> _owner;
    private readonly Lazy<NpgsqlDataSource> _app;
    private readonly Lazy<NpgsqlDataSource> _backup;
    private readonly Lazy<NpgsqlDataSource> _superuser;

    internal TestDatabase(PostgresProcess process, string name, string system)
    {
        (_process, Name, _system) = (process, name, system);
        _owner = new(() => Source($"{_system}_owner", autoPrepare: 0));
        _app = new(() => Source($"{_system}_app", autoPrepare: 50));
        _backup = new(() => Source($"{_system}_backup", autoPrepare: 0));
        _superuser = new(() => Source("postgres", autoPrepare: 0));
    }

    public string Name { get; }

    /// <summary>The role that owns the tables and migrates.</summary>
    public NpgsqlDataSource OwnerSource => _owner.Value;

    /// <summary>The role of the service, bound by row-level security.</summary>
    public NpgsqlDataSource AppSource => _app.Value;

    /// <summary>The role that reads everything.</summary>
    public NpgsqlDataSource BackupSource => _backup.Value;

    /// <summary>May do anything: to prepare a test, or to look behind row-level security.</summary>
    public NpgsqlDataSource Superuser => _superuser.Value;

    public string OwnerUrl => Url($"{_system}_owner");

    public string AppUrl => Url($"{_system}_app");

    public string BackupUrl => Url($"{_system}_backup");

    public string SuperuserUrl => Url("postgres");

    /// <summary>What an operator would set to use this database: <c>DATABASE_URL</c> and <c>DATABASE_OWNER_URL</c>, nothing else.</summary>
    public Settings Settings => new Settings(new Dictionary<string, string>()).With(("DATABASE_URL", AppUrl), ("DATABASE_OWNER_URL", OwnerUrl));

    /// <summary>Another pool of the owner's, as another process would have; the caller disposes it.</summary>
    public NpgsqlDataSource NewOwnerSource() => Source($"{_system}_owner", autoPrepare: 0);

    public async ValueTask DisposeAsync()
    {
        foreach (var source in new[] { _owner, _app, _backup, _superuser })
        {
            if (source.IsValueCreated) await source.Value.DisposeAsync();
        }

        await _process.AdminAsync($"drop database if exists {Name} with (force)", CancellationToken.None);
    }

    private string Url(string user) => $"postgresql://{user}@/{Name}?host={Uri.EscapeDataString(_process.Directory)}";

    private NpgsqlDataSource Source(string user, int autoPrepare)
    {
        var connection = _process.Connection(Name, user);
        connection.MaxAutoPrepare = autoPrepare;
        return NpgsqlDataSource.Create(connection);
    }
}
