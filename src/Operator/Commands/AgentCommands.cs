using System.CommandLine;
using System.Globalization;
using Outpost.Operator.Aicq;
using Outpost.Operator.Mcp;
using Outpost.Platform.Configuration;
using Outpost.Platform.Processes;

namespace Outpost.Operator.Commands;

/// <summary>The commands of an agent. Each answers in lines for people, or with <c>--json</c> in one document (a watch in one line for each message).</summary>
internal sealed class AgentCommands
{
    private readonly Func<Settings> _settings;
    private readonly TimeProvider _clock;
    private readonly Option<string?> _url = new("--url") { Description = "The hub; otherwise AICQ_URL, otherwise the one on this machine", HelpName = "URL" };
    private readonly Option<string?> _config = new("--config") { Description = "Where agent.json and private.key lie; otherwise AICQ_CONFIG, otherwise ~/.aicq", HelpName = "DIR" };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON document" };
    private readonly Option<FileInfo?> _key = new("--key-file") { Description = "The file that holds a private room's key; otherwise AICQ_ROOM_KEY", HelpName = "FILE" };
    private readonly Option<int> _limit = new("--limit") { Description = "How many", DefaultValueFactory = _ => 20 };
    private readonly Argument<string> _room = new("room") { Description = "A room's id, global, or the name of a public room" };

    public AgentCommands(Func<Settings> settings, TimeProvider clock) => (_settings, _clock) = (settings, clock);

    public IEnumerable<Command> All() =>
    [
        Register(), Me(), Post(), Read(), Watch(), TakeBack(), Rooms(), Open(), Find(), Who(), Direct(), Health(), Stats(), Mcp(),
    ];

    private Command Register()
    {
        var name = new Argument<string>("name") { Description = "How the others shall see it" };
        var email = new Option<string?>("--email") { Description = "Shown to everybody", HelpName = "ADDRESS" };
        return Command("register", "Make an agent, or make one that is there known to another hub: its key is kept", [name], [email], async (words, hub, files, ct) =>
        {
            var key = files.LoadKey();
            if (key is null) files.SaveKey(key = Platform.Secrets.Ed25519Key.Generate());

            var registered = await hub.RegisterAsync(key, words.GetValue(name)!, words.GetValue(email), ct);
            files.SaveAgent(new(registered.Id, key));
            return (new { registered.Id, Directory = files.Directory }, [$"registered as {registered.Id}; the key is in {files.Directory}"]);
        }, needsAgent: false);
    }

    private Command Me() => Command("me", "Who this agent is, as the hub tells it", [], [], async (_, hub, files, ct) =>
    {
        using var key = files.Load().Key;
        return Told(await hub.WhoAsync(files.Load().Id, ct));
    });

    private Command Post()
    {
        var text = new Argument<string>("text") { Description = "What to say; - reads it from standard input" };
        var answers = new Option<string?>("--answer") { Description = "The message that this answers", HelpName = "ID" };
        return Command("post", "Say something in a room", [_room, text], [answers, _key], async (words, hub, _, ct) =>
        {
            var room = await hub.RoomAsync(words.GetValue(_room)!, ct);
            var posted = await hub.PostAsync(room, await TextAsync(words.GetValue(text)!, ct), words.GetValue(answers), RoomKey(words), ct);
            return (posted, [posted.Id]);
        });
    }

    private Command Read()
    {
        var before = new Option<long?>("--before") { Description = "Only what was said before this, in Unix milliseconds", HelpName = "MS" };
        return Command("read", "The newest messages of a room, the newest last", [_room], [_limit, before, _key], async (words, hub, _, ct) =>
        {
            var page = await hub.ReadAsync(await hub.RoomAsync(words.GetValue(_room)!, ct), words.GetValue(_limit), words.GetValue(before), RoomKey(words), ct);
            return (page, page.Messages.Reverse().Select(m => $"[{Plain.Time(m.Ts)}] {m.From:D} {m.Id}{(m.Pid is null ? "" : $" > {m.Pid}")}\n    {Indented(m.Body)}"));
        }, needsAgent: false);
    }

    private Command Watch()
    {
        var room = new Argument<string?>("room") { Description = "A room's id, global, or the name of a public room; all public rooms by default", Arity = ArgumentArity.ZeroOrOne };
        var after = new Option<string?>("--after") { Description = "Go on behind this event id of an earlier watch", HelpName = "ID" };
        var count = new Option<int?>("--count") { Description = "End after so many messages" };
        var watch = new Command("watch", "What is said, as it is said, until Ctrl-C") { room, after, count, _key, _url, _config, _json };
        watch.SetAction(async (words, ct) =>
        {
            var (output, talk) = (words.InvocationConfiguration.Output, words.InvocationConfiguration.Error);
            using var hub = await HubAsync(words, null);
            var where = words.GetValue(room) is { } named ? await hub.RoomAsync(named, ct) : (Guid?)null;
            var left = words.GetValue(count) ?? int.MaxValue;
            if (left <= 0) return ExitCodes.Ok;

            await foreach (var heard in new HubWatch(hub, where, RoomKey(words), line => talk.WriteLineAsync($"outpost: {line}"), _clock).ListenAsync(words.GetValue(after), ct))
            {
                await output.WriteLineAsync(words.GetValue(_json) ? CommandJson.Line(heard)
                    : heard.Deleted ? $"{heard.MessageId} was taken back"
                    : $"[{Plain.Time(heard.Ts)}] {(where is null ? $"{heard.RoomId:D} " : "")}{heard.From:D} {heard.MessageId}\n    {Indented(heard.Body)}");
                await output.FlushAsync(ct);
                if (--left == 0) break;
            }

            return ExitCodes.Ok;
        });
        return watch;
    }

    private Command TakeBack()
    {
        var message = new Argument<string>("message") { Description = "The message's id" };
        return Command("delete", "Take back what this agent said", [_room, message], [], async (words, hub, _, ct) =>
        {
            await hub.TakeBackAsync(await hub.RoomAsync(words.GetValue(_room)!, ct), words.GetValue(message)!, ct);
            return (new { Deleted = words.GetValue(message) }, ["taken back"]);
        });
    }

    private Command Rooms()
    {
        var offset = new Option<int>("--offset") { Description = "Skip so many" };
        return Command("rooms", "The public rooms, the most recently active first", [], [_limit, offset], async (words, hub, _, ct) =>
        {
            var rooms = await hub.ChannelsAsync(words.GetValue(_limit), words.GetValue(offset), ct);
            return (rooms, rooms.Items.Select(r => $"{r.Id}  {Plain.Text(r.Name),-50}  {r.MessageCount,9}  {r.LastActive:yyyy-MM-dd HH:mm}").Append($"{rooms.Total} in all"));
        }, needsAgent: false);
    }

    private Command Open()
    {
        var name = new Argument<string>("name") { Description = "1 to 50 letters, digits, - and _" };
        var hidden = new Option<bool>("--private") { Description = "Only for those who have its key (--key-file or AICQ_ROOM_KEY, 16 to 72 bytes)" };
        return Command("create-room", "Open a room", [name], [hidden, _key], async (words, hub, _, ct) =>
        {
            var key = words.GetValue(hidden) ? RoomKey(words) ?? throw new TroubleException(TroubleKind.Refused, "a private room needs a key", "write it to a file and give --key-file FILE, or set AICQ_ROOM_KEY") : null;
            var made = await hub.CreateRoomAsync(words.GetValue(name)!, key, ct);
            return (made, [made.Id.ToString()]);
        });
    }

    private Command Find()
    {
        var query = new Argument<string>("words") { Description = "All of them have to be in the message" };
        var room = new Option<string?>("--room") { Description = "Only in this room" };
        var after = new Option<long?>("--after") { Description = "Only what was said after this, in Unix milliseconds", HelpName = "MS" };
        return Command("find", "Search the public rooms", [query], [_limit, room, after], async (words, hub, _, ct) =>
        {
            var where = words.GetValue(room) is { } named ? await hub.RoomAsync(named, ct) : (Guid?)null;
            var found = await hub.FindAsync(words.GetValue(query)!, words.GetValue(_limit), where, words.GetValue(after), ct);
            return (found, found.Results.Select(h => $"[{Plain.Time(h.Ts)}] #{Plain.Text(h.RoomName)} {h.From:D} {h.Id}\n    {Indented(h.Body)}"));
        }, needsAgent: false);
    }

    private Command Who()
    {
        var agent = new Argument<Guid>("agent") { Description = "An agent's id" };
        return Command("who", "Who an agent is", [agent], [], async (words, hub, _, ct) => Told(await hub.WhoAsync(words.GetValue(agent), ct)), needsAgent: false);
    }

    private Command Direct()
    {
        var agent = new Argument<Guid>("agent") { Description = "The recipient's id" };
        var text = new Argument<string>("text") { Description = "What to say to nobody else; - reads it from standard input" };
        var letter = new Argument<string>("message") { Description = "The message's id" };
        return new("dm", "Messages that only the recipient can read: sealed here, opened there")
        {
            Command("send", "Seal a message and leave it for an agent", [agent, text], [], async (words, hub, _, ct) =>
            {
                var posted = await hub.WriteAsync(words.GetValue(agent), await TextAsync(words.GetValue(text)!, ct), ct);
                return (posted, [posted.Id]);
            }),
            Command("read", "What waits for this agent, the newest last; reading takes nothing away", [], [_limit], async (words, hub, _, ct) =>
            {
                var letters = await hub.LettersAsync(words.GetValue(_limit), ct);
                return (letters, letters.Reverse().Select(m => $"[{Plain.Time(m.Ts)}] {m.From:D} {m.Id}\n    {(m.Text is null ? "(cannot be opened with this agent's key)" : Indented(m.Text))}"));
            }),
            Command("ack", "Tell the hub that it need not keep a message", [letter], [], async (words, hub, _, ct) =>
            {
                await hub.AcknowledgeAsync(words.GetValue(letter)!, ct);
                return (new { Acknowledged = words.GetValue(letter) }, ["acknowledged"]);
            }),
        };
    }

    private Command Health() => Command("health", "How the hub is", [], [], async (_, hub, _, ct) =>
    {
        var health = await hub.HealthAsync(ct);
        return (health, [health.ToJsonString()]);
    }, needsAgent: false, outcome: health => (string?)((System.Text.Json.Nodes.JsonNode)health)["status"] == "healthy" ? ExitCodes.Ok : ExitCodes.Degraded);

    private Command Stats() => Command("stats", "How much goes on at the hub", [], [], async (_, hub, _, ct) =>
    {
        var stats = await hub.StatsAsync(ct);
        return (stats, [string.Create(CultureInfo.InvariantCulture, $"{stats["total_agents"]} agents, {stats["total_channels"]} public rooms, {stats["total_messages"]} messages, last activity: {stats["last_activity"]}")]);
    }, needsAgent: false);

    private Command Mcp()
    {
        var mcp = new Command("mcp", "Offer the hub as tools to an assistant, over standard input and output (Model Context Protocol)") { _url, _config };
        mcp.SetAction(async (words, ct) =>
        {
            // Standard output belongs to the protocol; whatever is for people goes to standard error.
            await HubMcpSession.RunAsync(HubAddress.Of(words.GetValue(_url), _settings()), AgentFiles.Of(words.GetValue(_config), _settings()), words.InvocationConfiguration.Error, _clock, ct);
            return ExitCodes.Ok;
        });
        return mcp;
    }

    private Command Command(
        string name, string description, Argument[] arguments, Option[] options, Func<ParseResult, HubClient, AgentFiles, CancellationToken, Task<(object Answer, IEnumerable<string> Lines)>> act,
        bool needsAgent = true, Func<object, int>? outcome = null)
    {
        var command = new Command(name, description);
        foreach (var argument in arguments) command.Arguments.Add(argument);
        foreach (var option in (Option[])[.. options, _url, _config, _json]) command.Options.Add(option);
        command.SetAction(async (words, ct) =>
        {
            var files = AgentFiles.Of(words.GetValue(_config), _settings());
            var agent = needsAgent ? files.Load() : null;
            using var hub = await HubAsync(words, agent);
            var (answer, lines) = await act(words, hub, files, ct);
            var output = words.InvocationConfiguration.Output;
            if (words.GetValue(_json)) await output.WriteLineAsync(CommandJson.Of(answer));
            else
            {
                foreach (var line in lines) await output.WriteLineAsync(line);
            }

            return outcome?.Invoke(answer) ?? ExitCodes.Ok;
        });
        return command;
    }

    private async Task<HubClient> HubAsync(ParseResult words, AgentIdentity? agent)
    {
        var url = HubAddress.Of(words.GetValue(_url), _settings());
        if (HubAddress.GoesOpenly(url)) await words.InvocationConfiguration.Error.WriteLineAsync("outpost: what you say goes over plain http; use https where others can listen");
        return new(url, agent, _clock);
    }

    // Not on the command line, where it would stand in the list of processes.
    private string? RoomKey(ParseResult words) => words.GetValue(_key) switch
    {
        { Exists: true } file => File.ReadAllText(file.FullName).TrimEnd('\r', '\n'),
        { } file => throw new TroubleException(TroubleKind.Refused, $"{file.FullName} cannot be read", "name a file that holds nothing but the room's key"),
        null => _settings()["AICQ_ROOM_KEY"],
    };

    private static async Task<string> TextAsync(string given, CancellationToken ct) => given == "-" ? (await Console.In.ReadToEndAsync(ct)).TrimEnd('\n') : given;

    private static (object, IEnumerable<string>) Told(HubRecords.Profile profile) =>
        (profile, [$"{profile.Id}  {Plain.Text(profile.Name ?? "")}{(profile.Email is null ? "" : $" <{Plain.Text(profile.Email)}>")}  since {profile.JoinedAt:yyyy-MM-dd}  key {Plain.Text(profile.PublicKey)}"]);

    private static string Indented(string text) => Plain.Text(text).Replace("\n", "\n    ", StringComparison.Ordinal);
}
