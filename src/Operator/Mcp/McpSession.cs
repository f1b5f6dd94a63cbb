using System.Net.Http.Headers;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using Outpost.Platform.Http;

namespace Outpost.Operator.Mcp;

/// <summary>One assistant at standard input and output, for as long as it stays.</summary>
internal static class McpSession
{
    private const string Manners = """
        Tools for the work of a field service company: clients and their properties, jobs, visits on the schedule, estimates, invoices and payments.
        Money is whole cents. Times are ISO 8601 with an offset; the company's own time zone is told by who_am_i. Look things up by the search and list tools before
        changing them: every change names a thing by its id. A tool that refuses says why and what to do. What is drafted here is sent to nobody: a person issues it.
        """;

    public static async Task RunAsync(FieldServiceAddress address, TextWriter talk, CancellationToken ct)
    {
        using var http = OutgoingHttp.Client(TimeSpan.FromSeconds(60), new() { UseCookies = false, AllowAutoRedirect = false });
        http.BaseAddress = address.Url;
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", address.Key);
        var version = Assembly.GetExecutingAssembly().GetName().Version!.ToString(3);
        http.DefaultRequestHeaders.UserAgent.Add(new("Outpost-MCP", version));
        var options = new McpServerOptions
        {
            ServerInfo = new() { Name = "outpost-fsm", Title = "Outpost field service", Version = version },
            ServerInstructions = Manners,
            ToolCollection = [.. Tools(new FieldServiceApi(http))],
        };

        if (address.GoesOpenly) await talk.WriteLineAsync("outpost: the key goes over plain http; use https where others can listen");
        await talk.WriteLineAsync($"outpost: tools for {address.Url} on standard input and output");
        await using var transport = new StdioServerTransport(options);
        await using var server = McpServer.Create(transport, options);
        await server.RunAsync(ct);
    }

    // The words of a closed list as the API has them, in the schema and in what is called: in_progress.
    private static readonly JsonSerializerOptions Words = Spelled();

    private static JsonSerializerOptions Spelled()
    {
        var json = new JsonSerializerOptions(McpJsonUtilities.DefaultOptions);
        // Before the library's own, which spells them as the code does.
        json.Converters.Insert(0, new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false));
        return json;
    }

    private static IEnumerable<McpServerTool> Tools(FieldServiceApi api)
    {
        var (people, work, money) = (new ClientTools(api), new WorkTools(api), new MoneyTools(api));
        Delegate[] uses =
        [
            people.WhoAmI, people.ListPeople, people.SearchClients, people.GetClient, people.CreateClient, people.NoteOnClient, people.ListProperties, people.CreateProperty,
            work.ListJobs, work.GetJob, work.CreateJob, work.MoveJob, work.ListVisits, work.GetVisit, work.BookVisit, work.RescheduleVisit, work.NoteOnVisit,
            money.ListEstimates, money.GetEstimate, money.DraftEstimate, money.ListInvoices, money.GetInvoice, money.DraftInvoice, money.ListPayments, money.RecordPayment,
        ];
        return uses.Select(use => McpServerTool.Create(use, new() { SerializerOptions = Words }));
    }
}
