using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Npgsql;
using Outpost.Operator.Archive;
using Outpost.Operator.Archive.Recovery;
using Outpost.Operator.Runtimes;
using Outpost.Operator.Tests.Runtimes;
using Outpost.Platform.Processes;

namespace Outpost.Operator.Tests.Archive;

/// <summary>A shop whose database is archived, with the real programs.</summary>
internal static class Archived
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    internal static async Task<Installation> ShopAsync(Prepared prepared, string engine, string synchronous = "off", int timeout = 60, int limit = 1024)
    {
        var shop = await prepared.CopyAsync();
        shop.With("ARCHIVE", engine).With("ARCHIVE_HEARTBEAT_SECONDS", "1").With("ARCHIVE_TIMEOUT_SECONDS", timeout.ToString(CultureInfo.InvariantCulture)).With("ARCHIVE_SYNCHRONOUS", synchronous).With("ARCHIVE_BACKLOG_MB", limit.ToString(CultureInfo.InvariantCulture));
        await shop.UpAsync();
        await BackedUpAsync(shop);
        return shop;
    }

    /// <summary>Until a backup lies there, so that there is something to restore.</summary>
    internal static Task BackedUpAsync(Installation shop) => StateAsync(shop, state => state.NewestBackup is not null);

    internal static async Task<ArchiveState> StateAsync(Installation shop, Func<ArchiveState, bool> so)
    {
        ArchiveState? seen = null;
        var reached = await Signals.UntilAsync(() => (seen = ArchiveState.Read(shop.Data.ArchiveState)) is { } state && so(state), TimeSpan.FromSeconds(90), TimeProvider.System, Ct);
        Assert.True(reached, $"not so within 90 s: {JsonSerializer.Serialize(seen, Json)}\n{shop.Data.Log.Since(0)}");
        return seen!;
    }

    internal static async Task<RecoveryWords.Report> RestoreAsync(Installation shop, params string[] words)
    {
        var answer = await shop.RunAsync(["restore", .. words, "--yes", "--json"]);
        Assert.True(answer.Code == 0, answer.Talk);
        return JsonSerializer.Deserialize<RecoveryWords.Report>(answer.Out, Json)!;
    }

    /// <summary>Everything of the server and of who looks after it, as when the machine dies.</summary>
    internal static async Task KillAsync(Installation shop)
    {
        var (supervisor, postgres) = (shop.Record.Supervisor, shop.Server("postgres"));
        Signals.Send(supervisor, Signal.Kill);
        Signals.Send(postgres, Signal.Kill);
        await Installation.UntilAsync(() => !supervisor.Runs && !postgres.Runs && Leftovers.Of(shop.Data.Postgres.Data, $"-D {shop.Data.Postgres.Data} ", "postgres").Count == 0);
    }

    internal static void Wipe(Installation shop) => Directory.Delete(shop.Data.Postgres.Data, recursive: true);

    internal static async Task ExecuteAsync(Installation shop, string sql)
    {
        await using var source = Superuser(shop);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Ct);
    }

    internal static async Task<T> ValueAsync<T>(Installation shop, string sql)
    {
        await using var source = Superuser(shop);
        await using var command = source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(Ct))!;
    }

    /// <summary>The files of the database, each with what it holds: whoever touches one is seen.</summary>
    internal static string Fingerprint(string directory) => string.Join('\n', Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories)
        .Where(file => !file.Contains("/pg_wal/", StringComparison.Ordinal) && !file.Contains("/pg_stat", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal)
        .Select(file => $"{file} {new FileInfo(file).Length}"));

    /// <summary>Turns 64 bytes of a file around; done twice it is as it was.</summary>
    /// <param name="from">Where; in the middle when null, or when the file is too short.</param>
    internal static void Flip(string file, int? from = null)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite);
        var at = from is { } wanted && wanted < stream.Length ? wanted : stream.Length / 2;
        stream.Position = at;
        var bytes = new byte[(int)Math.Min(64, stream.Length - at)];
        stream.ReadExactly(bytes);
        for (var i = 0; i < bytes.Length; i++) bytes[i] ^= 0xFF;
        stream.Position = at;
        stream.Write(bytes);
    }

    private static NpgsqlDataSource Superuser(Installation shop) => NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder
    {
        Host = shop.Data.Postgres.Sockets,
        Username = "postgres",
        Password = SecretsFile.Open(shop.Data.Secrets).Password("POSTGRES_PASSWORD"),
        Database = Shop.Subsystem.Database,
        Pooling = false,
    });

    private static CancellationToken Ct => TestContext.Current.CancellationToken;
}

/// <summary>Writes one note after the other and remembers which were acknowledged, and when.</summary>
internal sealed class Writer(Installation shop) : IAsyncDisposable
{
    private readonly CancellationTokenSource _enough = new();
    private readonly List<(string Note, long At)> _acknowledged = [];
    private Task _writing = Task.CompletedTask;
    private int _count;

    internal int Count => Volatile.Read(ref _count);

    internal void Start() => _writing = Task.Run(async () =>
    {
        while (!_enough.IsCancellationRequested)
        {
            var note = $"note-{_acknowledged.Count}";
            try
            {
                await shop.NoteAsync(note);
            }
            catch (HttpRequestException)
            {
                return;
            }

            _acknowledged.Add((note, Stopwatch.GetTimestamp()));
            Interlocked.Increment(ref _count);
        }
    });

    internal async Task EndAsync()
    {
        await _enough.CancelAsync();
        await _writing;
    }

    /// <summary>What was acknowledged and is not there, and how long a time of work that is.</summary>
    internal (int Rows, TimeSpan Work) Lost(IEnumerable<string> there)
    {
        var found = there.ToHashSet(StringComparer.Ordinal);
        var lost = _acknowledged.Where(a => !found.Contains(a.Note)).ToList();
        return (lost.Count, lost.Count == 0 ? TimeSpan.Zero : Stopwatch.GetElapsedTime(lost[0].At, _acknowledged[^1].At));
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _enough.Dispose();
    }
}
