using Npgsql;
using Outpost.Operator.Runtimes;
using Outpost.Platform.Configuration;

namespace Outpost.Operator.Nodes;

/// <summary>Who follows whom, and how far behind.</summary>
/// <param name="Role"><c>primary</c> or <c>standby</c>.</param>
/// <param name="Following">Of a standby: how it fares itself.</param>
/// <param name="Standbys">Of a primary: those that follow it.</param>
internal sealed record NodeView(string Role, string? Primary, NodeSql.Following? Following, IReadOnlyList<NodeSql.Standby> Standbys)
{
    /// <summary>Null when the server does not answer us.</summary>
    public static async Task<NodeView?> LookAsync(DataDirectory data, CancellationToken ct)
    {
        if (!File.Exists(data.Secrets) || !data.Postgres.Exists) return null;

        var url = new PostgresUrl { Host = data.Postgres.Sockets, Database = "postgres", User = "postgres", Password = SecretsFile.Open(data.Secrets).Password("POSTGRES_PASSWORD") };
        await using var source = Nodes.Primary.Source(url);
        try
        {
            var following = await NodeSql.FollowingAsync(source, ct);
            return following.Follows ? new("standby", NodeRecord.Read(data)?.PrimaryUrl, following, []) : new("primary", null, null, await NodeSql.StandbysAsync(source, ct));
        }
        catch (NpgsqlException)
        {
            return null;
        }
    }

    /// <summary>One line for each thing to know; none for a primary that nobody follows.</summary>
    public IEnumerable<string> Lines()
    {
        if (Following is { } own) yield return $"standby of {Primary}: {(own.Connected ? "follows" : "NOT CONNECTED")}, {Lag(null, own.LagSeconds)}, replayed to {own.Replayed}";
        foreach (var standby in Standbys)
        {
            yield return standby.Given
                ? $"standby {standby.Name}: the log it needs is gone; make it anew: outpost node add --replace"
                : $"standby {standby.Name}: {(standby.Connected ? standby.State : "NOT CONNECTED")}, {Lag(standby.LagBytes, standby.LagSeconds)}";
        }
    }

    public bool Healthy => Following is { Connected: true } || (Following is null && Standbys.All(s => s is { Connected: true, Given: false }));

    private static string Lag(long? bytes, double? seconds) => string.Create(
        System.Globalization.CultureInfo.InvariantCulture, $"{(bytes is null && seconds is null ? "lag not known" : "behind by ")}{(bytes is { } b ? $"{b / 1024.0:0} kB" : "")}{(bytes is not null && seconds is not null ? ", " : "")}{(seconds is { } s ? $"{s:0.0} s" : "")}");
}
