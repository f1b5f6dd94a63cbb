using System.CommandLine;
using System.Globalization;
using System.Net;
using Npgsql;
using Outpost.Operator.Aicq;
using Outpost.Operator.Runtimes;
using Outpost.Platform.Configuration;
using Outpost.Platform.Postgres;
using Outpost.Platform.Processes;
using Outpost.Platform.Redis;
using Outpost.Platform.Roles;

namespace Outpost.Operator.Commands;

/// <summary>
/// What the operator of a hub looks up and mends: the common operations of its runbook, in Redis and in PostgreSQL, by the names of keys and tables that are part of its contract.
/// </summary>
internal sealed class HubUpkeep(IReadOnlyList<Subsystem> subsystems, Func<Settings> settings)
{
    private readonly Option<string?> _data = UpCommand.DataOption();
    private readonly Option<bool> _json = new("--json") { Description = "One JSON document" };
    private readonly Option<int> _limit = new("--limit") { Description = "How many", DefaultValueFactory = _ => 10 };

    public IEnumerable<Command> All() =>
    [
        RoomSize(), InboxSize(), Blocked(), Unblock(), Counts(),
        Listing<NewAgent>(
            "newest", "The agents that registered last",
            limit => $"select id, coalesce(name, '') as name, created_at from agents order by created_at desc, id limit {limit}",
            agent => $"{agent.Id}  {agent.CreatedAt.UtcDateTime:yyyy-MM-dd HH:mm:ss}  {Plain.Text(agent.Name)}"),
        Listing<BusyRoom>(
            "busiest", "The public rooms with the most messages",
            limit => $"select id, name, message_count, last_active_at from rooms where is_private = false order by message_count desc, last_active_at desc, id limit {limit}",
            room => $"{room.Id}  {room.MessageCount,9}  {room.LastActiveAt.UtcDateTime:yyyy-MM-dd HH:mm:ss}  {Plain.Text(room.Name)}"),
    ];

    private Command RoomSize()
    {
        var room = new Argument<string>("room") { Description = "A room's id, or global" };
        return InRedis("room-size", "How many messages Redis holds for a room", room, async (redis, named, ct) =>
        {
            var id = named == "global" ? HubClient.Global : Id(named, "room");
            var size = (await redis.CallAsync(new("ZCARD", $"room:{id}:messages"), ct)).AsLong();
            return (new { Room = id, Messages = size }, size.ToString(CultureInfo.InvariantCulture));
        });
    }

    private Command InboxSize()
    {
        var agent = new Argument<string>("agent") { Description = "An agent's id" };
        return InRedis("inbox-size", "How many direct messages wait for an agent", agent, async (redis, named, ct) =>
        {
            var id = Id(named, "agent");
            var size = (await redis.CallAsync(new("ZCARD", $"dm:{id}:inbox"), ct)).AsLong();
            return (new { Agent = id, Messages = size }, size.ToString(CultureInfo.InvariantCulture));
        });
    }

    private Command Blocked()
    {
        var ip = new Argument<string>("ip") { Description = "An address" };
        return InRedis("blocked", "Whether an address is blocked, why, and for how long yet", ip, async (redis, named, ct) =>
        {
            var address = Address(named);
            var answers = await redis.CallAsync(new RedisCommand[] { new("GET", Key(address)), new("TTL", Key(address)) }, ct);
            var (reason, seconds) = (answers[0].OrThrow().AsString(), answers[1].OrThrow().AsLong());
            return (new { Ip = address.ToString(), Blocked = reason is not null, Reason = reason, Seconds = reason is null ? (long?)null : seconds },
                reason is null ? "not blocked" : string.Create(CultureInfo.InvariantCulture, $"blocked for {seconds} s yet: {Plain.Text(reason)}"));
        });
    }

    private Command Unblock()
    {
        var ip = new Argument<string>("ip") { Description = "An address" };
        return InRedis("unblock", "Let an address in again, and forget what it did", ip, async (redis, named, ct) =>
        {
            var address = Address(named);
            var answers = await redis.CallAsync(new RedisCommand[] { new("DEL", Key(address)), new("DEL", $"violations:ip:{address}") }, ct);
            var was = answers[0].OrThrow().AsLong() == 1;
            return (new { Ip = address.ToString(), WasBlocked = was }, was ? "unblocked" : "it was not blocked");
        });
    }

    private Command Counts()
    {
        var counts = new Command("counts", "How many agents, rooms and Redis keys there are, and the memory that Redis uses") { _data, _json };
        counts.SetAction(async (words, ct) =>
        {
            var known = Known(words);
            await using var source = Database(known);
            await using var redis = Redis(known);
            var rows = (await new ReadDb(source, null).FirstAsync<Rows>(
                $"select (select count(*) from agents) as agents, count(*) filter (where not is_private) as open, count(*) filter (where is_private) as hidden from rooms", ct))!;
            var (keys, memory) = await RedisCommands.ToldAsync(() => RedisCommands.SizeAsync(redis, ct));
            var answer = new { rows.Agents, PublicRooms = rows.Open, PrivateRooms = rows.Hidden, RedisKeys = keys, RedisMemory = memory };
            await words.InvocationConfiguration.Output.WriteLineAsync(words.GetValue(_json) ? CommandJson.Of(answer) : string.Create(
                CultureInfo.InvariantCulture, $"agents {rows.Agents}\npublic rooms {rows.Open}\nprivate rooms {rows.Hidden}\nredis keys {keys}\nredis memory {memory}"));
            return ExitCodes.Ok;
        });
        return counts;
    }

    private Command Listing<T>(string name, string description, Func<int, Sql> query, Func<T, string> line)
    {
        var listing = new Command(name, description) { _limit, _data, _json };
        listing.SetAction(async (words, ct) =>
        {
            await using var source = Database(Known(words));
            var rows = await new ReadDb(source, null).ListAsync<T>(query(Math.Clamp(words.GetValue(_limit), 1, 1000)), ct);
            var output = words.InvocationConfiguration.Output;
            if (words.GetValue(_json)) await output.WriteLineAsync(CommandJson.Of(rows));
            else
            {
                foreach (var row in rows) await output.WriteLineAsync(line(row));
            }

            return ExitCodes.Ok;
        });
        return listing;
    }

    private Command InRedis(string name, string description, Argument<string> about, Func<RedisClient, string, CancellationToken, Task<(object Answer, string Line)>> look)
    {
        var command = new Command(name, description) { about, _data, _json };
        command.SetAction(async (words, ct) =>
        {
            await using var redis = Redis(Known(words));
            var (answer, line) = await RedisCommands.ToldAsync(() => look(redis, words.GetValue(about)!, ct));
            await words.InvocationConfiguration.Output.WriteLineAsync(words.GetValue(_json) ? CommandJson.Of(answer) : line);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static string Key(IPAddress address) => $"blocked:ip:{address}";

    private static Guid Id(string text, string what) =>
        Guid.TryParse(text, out var id) ? id : throw new TroubleException(TroubleKind.Refused, $"{Plain.Text(text)} is no {what}'s id", $"give the {what}'s UUID");

    private static IPAddress Address(string text) =>
        IPAddress.TryParse(text, out var address) ? address : throw new TroubleException(TroubleKind.Refused, $"{Plain.Text(text)} is no address", "give an IPv4 or IPv6 address");

    private Settings Known(ParseResult words) => InstalledDatabases.Over(RedisCommands.Over(settings(), words.GetValue(_data)), subsystems.Where(s => s.Name == "aicq").ToArray(), words.GetValue(_data));

    private static RedisClient Redis(Settings known) => RedisCommands.Client(known);

    private NpgsqlDataSource Database(Settings known)
    {
        var aicq = subsystems.FirstOrDefault(s => s.Name == "aicq") ?? throw new TroubleException(TroubleKind.Refused, "this outpost has no hub", "use one that has");
        return ServicePool.Create(known.AppUrl(aicq), "aicq upkeep", 1);
    }

    private sealed record Rows(long Agents, long Open, long Hidden);

    private sealed record NewAgent(Guid Id, string Name, DateTimeOffset CreatedAt);

    private sealed record BusyRoom(Guid Id, string Name, long MessageCount, DateTimeOffset LastActiveAt);
}
