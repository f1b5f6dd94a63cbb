using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Npgsql;
using Outpost.Operator.Runtimes;
using Outpost.Platform.Postgres.Embedded;
using Outpost.Platform.Processes;

namespace Outpost.Bench;

/// <summary>
/// <c>outpost bench backup</c>: what it takes to copy a company of a given size and to bring it back, by dump and by archive, and how much work is lost with
/// the server.
/// </summary>
internal sealed class BackupBench(TextWriter output, int megabytes, TimeSpan writing)
{
    private const int Switches = 20;
    private const double Mega = 1048576;

    public async Task RunAsync(CancellationToken ct)
    {
        await Line($"{Environment.ProcessorCount} cores; a company of {megabytes} MB; times include the start of the command");
        await Line();
        await ArchivedAsync(ct);
        await SynchronousAsync(ct);
    }

    private async Task ArchivedAsync(CancellationToken ct)
    {
        await using var outpost = new OutpostTool(new Dictionary<string, string> { ["ARCHIVE_HEARTBEAT_SECONDS"] = "1" });
        await outpost.RunAsync(ct, "up", "--detach", "--roles", "fsm");
        var size = await CompanyAsync(outpost, ct);
        await Line($"{"what",-46} {"seconds",8} {"MB/s",8} {"stored MB",10} {"takes MB",8} {"peak MB",8}");
        var restored = await LogicalAsync(outpost, size, ct);
        // Archived from here on: what made the company is none of what is measured.
        await outpost.RunAsync(ct, "down");
        outpost.Set("ARCHIVE", "pgbackrest");
        await outpost.RunAsync(ct, "up", "--detach", "--roles", "fsm");
        await FirstBackupAsync(outpost, ct);

        var backup = await outpost.RunAsync(ct, "archive", "backup", "--full");
        await Row("physical backup, full", backup.Took, size, Stored(outpost), backup);
        var again = await outpost.RunAsync(ct, "archive", "backup");
        await Row("physical backup, changes", again.Took, size, null, again);

        var into = Path.Combine(outpost.Data, "restored");
        var full = await outpost.RunAsync(ct, "archive", "recover", "--latest", "--into", into, "--json");
        await Row("physical restore, full, files alone", Seconds(full, "fetchSeconds"), size, null, full);
        await Row("physical restore, full, recovered and checked", full.Took, size, null, full);
        var delta = await outpost.RunAsync(ct, "archive", "recover", "--latest", "--into", into, "--delta", "--json");
        await Row("physical restore, delta, files alone", Seconds(delta, "fetchSeconds"), size, null, delta);
        await Row("physical restore, delta, recovered and checked", delta.Took, size, null, delta);
        Directory.Delete(into, recursive: true);

        var (instant, jobs) = await DropAsync(outpost, ct);
        var back = await outpost.RunAsync(ct, "restore", "--time", instant, "--yes", "--json");
        await Row("a dropped table back, restore to services", back.Took, size, null, back);
        if (await ValueAsync(outpost, "select count(*) from jobs", ct) != jobs) throw new InvalidOperationException("The dropped table did not come back whole.");

        await outpost.RunAsync(ct, "archive", "confirm");
        await Line();
        var files = Seconds(full, "fetchSeconds").TotalSeconds;
        await Line($"physical restore is {restored.TotalSeconds / files:0.0} times as fast as the logical one (files alone {restored.TotalSeconds:0.0} s to {files:0.0} s; recovered and checked {restored.TotalSeconds / full.Took.TotalSeconds:0.0} times); wanted 2.5");
        await Line($"point-in-time recovery over an older copy {delta.Took.TotalSeconds:0.0} s, from nothing to services {back.Took.TotalSeconds:0.0} s; wanted 15 for 1 GB");
        await Line($"the tool takes at most {new[] { backup, again, full, delta, back }.Max(ran => ran.OwnMemory) / Mega:0} MB of the machine's memory; wanted 80");
        await Line($"written per switch of the log, {Switches} switches of 5 rows: {await PerSwitchAsync(outpost, ct) / Mega:0.00} MB");
        await LossAsync(outpost, "archive alone, 60 s time-out", writing, ct);
    }

    private async Task SynchronousAsync(CancellationToken ct)
    {
        await using var outpost = new OutpostTool(new Dictionary<string, string> { ["ARCHIVE"] = "stream", ["ARCHIVE_SYNCHRONOUS"] = "wait", ["ARCHIVE_HEARTBEAT_SECONDS"] = "1" });
        await outpost.RunAsync(ct, "up", "--detach", "--roles", "fsm");
        await FirstBackupAsync(outpost, ct);
        await LossAsync(outpost, "synchronous receiver", writing / 4, ct);
    }

    /// <summary>The demo company, and then jobs with a description of 1.5 kB until it is as large as wanted.</summary>
    private async Task<long> CompanyAsync(OutpostTool outpost, CancellationToken ct)
    {
        await outpost.RunAsync(ct, "demo");
        // The index by which words are found would take as long as everything else and measure nothing here.
        await ExecuteAsync(outpost, "do $$ declare i text; begin for i in select indexrelid::regclass::text from pg_index join pg_class c on c.oid = indexrelid join pg_am a on a.oid = c.relam where indrelid = 'jobs'::regclass and a.amname = 'gin' loop execute 'drop index ' || i; end loop; end $$", ct);
        // Reports that repeat themselves only far apart: what packs them sees as much that is new as in those of people.
        await ExecuteAsync(outpost, "create table bench_reports as select n - 1 as place, string_agg(md5(random()::text), ' ') as text from generate_series(1, 4000) n, generate_series(1, 22) group by n; create unique index on bench_reports (place)", ct);
        long size;
        while ((size = await ValueAsync(outpost, "select pg_database_size(current_database())", ct)) < megabytes * Mega)
        {
            var rows = Math.Min(100_000, (long)((megabytes * Mega) - size) / 1900 + 1000);
            await ExecuteAsync(outpost, $"""
                with known as materialized (select j.*, row_number() over () - 1 as place from (select * from jobs order by account_id, id limit 50) j)
                insert into jobs (account_id, id, client_id, property_id, title, description, status, priority, created_by, created_at, updated_at)
                select j.account_id, gen_random_uuid(), j.client_id, j.property_id, j.title,
                  a.text || b.text,
                  'draft', j.priority, j.created_by, j.created_at, j.updated_at
                from generate_series(1, {rows}) n
                  join known j on j.place = n % (select count(*) from known)
                  join bench_reports a on a.place = n * 7919::bigint % 4000
                  join bench_reports b on b.place = (n / 4000 + n * 104729::bigint) % 4000
                """, ct);
        }

        await ExecuteAsync(outpost, "vacuum (analyze)", ct);
        return await ValueAsync(outpost, "select pg_database_size(current_database())", ct);
    }

    private async Task<TimeSpan> LogicalAsync(OutpostTool outpost, long size, CancellationToken ct)
    {
        var file = Path.Combine(outpost.Data, "bench.dump");
        var binaries = await PostgresBinaries.FindAsync(null, new DataDirectory(outpost.Data).Postgres.Data, ct);
        var passfile = Path.Combine(outpost.Data, "bench.pgpass");
        AtomicFile.Write(passfile, $"*:*:*:*:{Password(outpost)}\n");
        string[] at = ["env", $"PGPASSFILE={passfile}", "-h", new DataDirectory(outpost.Data).Postgres.Sockets, "-U", "postgres"];

        var dumped = await TimedAsync([.. at[..2], binaries.Of("pg_dump"), .. at[2..], "--format=custom", "--compress=9", "--file", file, "ai_fsm"], ct);
        await Row("dump (custom format, 9), pg_dump alone", dumped, size, new FileInfo(file).Length, null);
        await ExecuteAsync(outpost, "create database restored template template0", ct);
        var restored = await TimedAsync([.. at[..2], binaries.Of("pg_restore"), .. at[2..], "--jobs=2", "--dbname=restored", file], ct);
        await Row("logical restore, two at once, pg_restore alone", restored, size, null, null);
        await ExecuteAsync(outpost, "drop database restored", ct);
        File.Delete(file);
        return restored;
    }

    private static async Task<TimeSpan> TimedAsync(string[] words, CancellationToken ct)
    {
        var start = Stopwatch.GetTimestamp();
        var run = await ShortRun.OfAsync(words, null, null, ct);
        return run.Code == 0 ? Stopwatch.GetElapsedTime(start) : throw new InvalidOperationException(run.Output);
    }

    private static async Task<(string Instant, long Jobs)> DropAsync(OutpostTool outpost, CancellationToken ct)
    {
        var jobs = await ValueAsync(outpost, "select count(*) from jobs", ct);
        var microseconds = await ValueAsync(outpost, "select (extract(epoch from clock_timestamp()) * 1000000)::bigint", ct);
        await ExecuteAsync(outpost, "drop table jobs cascade", ct);
        return (DateTimeOffset.UnixEpoch.AddTicks(microseconds * 10).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture), jobs);
    }

    private static async Task<double> PerSwitchAsync(OutpostTool outpost, CancellationToken ct)
    {
        await using var source = Source(outpost);
        await using var connection = await source.OpenConnectionAsync(ct);
        await RunAsync(connection, "create table if not exists bench_rows (n int)", ct);
        await RunAsync(connection, "checkpoint", ct);
        var before = Written(outpost);
        for (var i = 0; i < Switches; i++) await RunAsync(connection, "insert into bench_rows select generate_series(1, 5); select pg_switch_wal()", ct);
        return (Written(outpost) - before) / (double)Switches;
    }

    /// <summary>What the server's processes gave to the disk; those of them that archive are not the server's.</summary>
    private static long Written(OutpostTool outpost)
    {
        var server = RunRecord.OfRunning(new(outpost.Data))!.Processes.Single(p => p.Name == "postgres").Identity.Pid;
        return ProcessIdentity.ChildrenOf(server).Append(server).Sum(pid =>
            File.ReadLines($"/proc/{pid}/io").Where(l => l.StartsWith("write_bytes:", StringComparison.Ordinal)).Sum(l => long.Parse(l["write_bytes: ".Length..], CultureInfo.InvariantCulture)));
    }

    /// <summary>One writer, fifty rows a second; then everything is killed and the database's directory removed.</summary>
    private async Task LossAsync(OutpostTool outpost, string what, TimeSpan time, CancellationToken ct)
    {
        await ExecuteAsync(outpost, "create table if not exists bench_acknowledged (n int primary key)", ct);
        var acknowledged = new List<long>();
        await using (var source = Source(outpost))
        await using (var connection = await source.OpenConnectionAsync(ct))
        {
            for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < time; await Task.Delay(20, ct))
            {
                await RunAsync(connection, string.Create(CultureInfo.InvariantCulture, $"insert into bench_acknowledged values ({acknowledged.Count})"), ct);
                acknowledged.Add(Stopwatch.GetTimestamp());
            }
        }

        var record = RunRecord.OfRunning(new(outpost.Data))!;
        Signals.Send(record.Supervisor, Signal.Kill);
        foreach (var process in record.Processes.Where(p => p.Name != "receiver")) Signals.Send(process.Identity, Signal.Kill);
        foreach (var process in record.Processes.Where(p => p.Name != "receiver")) await Signals.EndedAsync(process.Identity, TimeSpan.FromSeconds(30), TimeProvider.System, ct);
        await Task.Delay(500, ct);
        Directory.Delete(new DataDirectory(outpost.Data).Postgres.Data, recursive: true);

        var back = await outpost.RunAsync(ct, "restore", "--latest", "--yes", "--json");
        await outpost.RunAsync(ct, "up", "--detach", "--roles", "fsm");
        var there = (int)await ValueAsync(outpost, "select count(*) from bench_acknowledged", ct);
        var seconds = there == acknowledged.Count ? 0 : Stopwatch.GetElapsedTime(acknowledged[Math.Max(0, there - 1)], acknowledged[^1]).TotalSeconds;
        await Line($"lost with the server, {what}: {acknowledged.Count - there} of {acknowledged.Count} rows, {seconds:0.0} s of work (reported {(double)JsonNode.Parse(back.Output)!["lostSeconds"]!:0.0} s); back in {back.Took.TotalSeconds:0.0} s");
    }

    // The keeper takes one as soon as there is something to keep; what comes after it, and after its log, is measured alone.
    private static async Task FirstBackupAsync(OutpostTool outpost, CancellationToken ct)
    {
        await UntilAsync(async () => JsonNode.Parse((await outpost.RunAsync(ct, "archive", "list", "--json")).Output)!["backups"]!.AsArray().Count > 0, ct);
        var state = new DataDirectory(outpost.Data).ArchiveState;
        await UntilAsync(async () => File.Exists(state) && (long)JsonNode.Parse(await File.ReadAllTextAsync(state, ct))!["backlogBytes"]! < Mega, ct);
    }

    private static long Stored(OutpostTool outpost) => new DirectoryInfo(Path.Combine(outpost.Data, "archive/pgbackrest/backup")).EnumerateDirectories("*F", SearchOption.AllDirectories).MaxBy(d => d.Name, StringComparer.Ordinal)!
        .EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);

    private static TimeSpan Seconds(OutpostTool.Ran ran, string name) => TimeSpan.FromSeconds((double)JsonNode.Parse(ran.Output)![name]!);

    private static async Task UntilAsync(Func<Task<bool>> so, CancellationToken ct)
    {
        while (!await so()) await Task.Delay(500, ct);
    }

    private static string Password(OutpostTool outpost) => SecretsFile.Open(new DataDirectory(outpost.Data).Secrets).Password("POSTGRES_PASSWORD");

    private static NpgsqlDataSource Source(OutpostTool outpost) => NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder
    {
        Host = new DataDirectory(outpost.Data).Postgres.Sockets, Username = "postgres", Password = Password(outpost), Database = "ai_fsm", Pooling = false, CommandTimeout = 0,
    });

    private static async Task ExecuteAsync(OutpostTool outpost, string sql, CancellationToken ct)
    {
        await using var source = Source(outpost);
        await using var connection = await source.OpenConnectionAsync(ct);
        await RunAsync(connection, sql, ct);
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(ct);
    }

    private static async Task<long> ValueAsync(OutpostTool outpost, string sql, CancellationToken ct)
    {
        await using var source = Source(outpost);
        await using var command = source.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }

    private Task Row(string what, TimeSpan took, long size, long? stored, OutpostTool.Ran? tool) =>
        Line($"{what,-46} {took.TotalSeconds,8:0.0} {size / Mega / took.TotalSeconds,8:0} {stored / Mega,10:0} {tool?.OwnMemory / Mega,8:0} {tool?.PeakMemory / Mega,8:0}");

    private Task Line(FormattableString? text = null) => output.WriteLineAsync(text is null ? "" : text.ToString(CultureInfo.InvariantCulture));
}
