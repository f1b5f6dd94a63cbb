using System.Text.RegularExpressions;

namespace Outpost.Shape.Tests;

/// <summary>The walls of the house: who may use whom, and who may write what. A wall that is wanted is added here, never an exception to one.</summary>
internal static partial class House
{
    /// <summary>Which project may reference which; what is not listed may reference nothing.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> Projects = new Dictionary<string, string[]>
    {
        ["Kernel"] = [],
        ["Platform"] = ["Kernel"],
        ["FieldService"] = ["Kernel", "Platform"],
        ["Assistant"] = ["Kernel", "Platform"],
        ["Aicq"] = ["Kernel", "Platform"],
        ["Operator"] = ["Kernel", "Platform"],
        ["Outpost"] = ["Kernel", "Platform", "FieldService", "Assistant", "Aicq", "Operator", "Bench"],
        ["bench"] = ["Kernel", "Platform", "Operator"],
    };

    /// <summary>Which feature of the field service may use which, read from the <c>using</c> lines.</summary>
    private static readonly Dictionary<string, string[]> FieldServiceFeatures = new()
    {
        // Accounts, Web and Audit are what every feature stands on: the caller, the gate and answers, the trail.
        ["Accounts"] = ["Web", "Audit", "Worker"],
        ["Web"] = ["Accounts", "ApiKeys", "Live"],
        // The gate knows a program by its key as it knows a person by their session.
        ["ApiKeys"] = ["Accounts", "Web", "Audit"],
        ["Audit"] = ["Accounts", "Web"],
        ["Webhooks"] = ["Accounts", "Web", "Audit"],
        // A client is deleted with its properties, a job with its visits: parent and child know each other.
        ["Clients"] = ["Accounts", "Web", "Audit", "Properties"],
        ["Properties"] = ["Accounts", "Web", "Audit", "Clients", "Schedule"],
        ["Jobs"] = ["Accounts", "Web", "Audit", "Clients", "Properties", "Visits"],
        // The clock of a site, who works when, and the board; it knows visits by their rows only.
        ["Schedule"] = ["Accounts", "Web", "Audit"],
        ["Visits"] = ["Accounts", "Web", "Audit", "Jobs", "Schedule", "Checklists", "Photos", "Signatures"],
        ["Calendar"] = ["Accounts", "Web", "Audit", "Visits"],
        ["Taxes"] = ["Accounts", "Web", "Audit"],
        ["Documents"] = ["Accounts", "Web", "Clients", "Properties", "Jobs", "Taxes"],
        ["Estimates"] = ["Accounts", "Web", "Audit", "Documents", "Taxes", "Clients", "Properties", "Jobs", "Messages", "Worker"],
        // An invoice that is issued takes the deposits paid for it, a payment settles its invoice, and what is paid over is credit: each leads to the next.
        ["Invoices"] = ["Accounts", "Web", "Audit", "Documents", "Taxes", "Clients", "Properties", "Jobs", "Estimates", "Payments", "Credits", "Messages", "Worker"],
        ["Payments"] = ["Accounts", "Web", "Audit", "Invoices", "Clients", "Documents", "Estimates", "Credits"],
        ["Credits"] = ["Accounts", "Web", "Audit", "Clients", "Documents", "Estimates", "Invoices", "Payments"],
        ["Recurring"] = ["Accounts", "Web", "Audit", "Clients", "Properties", "Jobs", "Visits", "Schedule", "Invoices", "Worker"],
        ["PriceBook"] = ["Accounts", "Web", "Audit", "Documents"],
        ["TimeEntries"] = ["Accounts", "Web", "Audit", "Jobs", "Visits"],
        ["Parts"] = ["Accounts", "Web", "Audit", "Jobs", "Visits", "PriceBook", "TimeEntries"],
        ["Expenses"] = ["Accounts", "Web", "Audit", "Jobs", "Visits", "TimeEntries"],
        ["Billing"] = ["Accounts", "Web", "Audit", "Jobs", "Documents", "Invoices", "PriceBook", "TimeEntries", "Expenses"],
        ["Profitability"] = ["Accounts", "Web", "Jobs", "TimeEntries"],
        ["Reports"] = ["Accounts", "Web"],
        ["Today"] = ["Accounts", "Web"],
        ["Imports"] = ["Accounts", "Web", "Audit", "Clients", "Properties", "PriceBook"],
        ["Search"] = ["Accounts", "Web", "Jobs"],
        // The worker knows what is to be done by the clock; what is done knows the company that the worker does it for.
        ["Worker"] = ["Accounts", "Web", "Automations", "Messages"],
        ["Automations"] = ["Accounts", "Web", "Audit", "Clients", "Messages", "Worker"],
        ["Messages"] = ["Accounts", "Web", "Audit", "Clients", "Worker", "Automations"],
        // What a client sees and decides without signing in, and what people from outside ask for.
        ["Portal"] = ["Accounts", "Web", "Audit", "Clients", "Documents", "Estimates", "Invoices", "Jobs", "Papers", "Checkout"],
        // What a document says in data, and what it looks like on paper; letters carry both.
        ["EInvoices"] = ["Accounts", "Web", "Documents", "Invoices", "Credits"],
        ["Papers"] = ["Accounts", "Web", "Audit", "Documents", "Estimates", "Invoices", "Credits", "Payments", "Jobs", "Visits", "EInvoices", "Messages"],
        // A client pays online; what came of it goes into the same books as any other money.
        ["Checkout"] = ["Accounts", "Web", "Invoices", "Payments", "Worker"],
        // What a technician brings back from a visit: the visit's page shows it, and is finished only with what has to be answered.
        ["Photos"] = ["Accounts", "Web", "Audit", "Jobs", "Visits"],
        ["Signatures"] = ["Accounts", "Web", "Audit", "Jobs", "Visits"],
        ["Checklists"] = ["Accounts", "Web", "Audit", "Visits"],
        // A day's visits on the ground; it knows visits by their rows only.
        ["Rounds"] = ["Accounts", "Web"],
        // What open pages hear of others; the frame of every page knows where its stream begins.
        ["Live"] = ["Accounts", "Web"],
        ["Demo"] = ["Accounts", "Web", "Audit", "Documents", "Clients", "Properties", "Jobs", "Visits", "Estimates", "Invoices", "Payments"],
    };

    /// <summary>Whose folder of the field service writes a table.</summary>
    private static readonly Dictionary<string, string> FieldServiceTables = new()
    {
        ["accounts"] = "Accounts",
        ["invitations"] = "Accounts",
        ["login_attempts"] = "Accounts",
        ["sessions"] = "Accounts",
        ["users"] = "Accounts",
        ["idempotency_keys"] = "Web",
        ["api_keys"] = "ApiKeys",
        ["audit_chain"] = "Audit",
        ["audit_log"] = "Audit",
        ["webhook_attempts"] = "Webhooks",
        ["webhook_deliveries"] = "Webhooks",
        ["webhooks"] = "Webhooks",
        ["clients"] = "Clients",
        ["properties"] = "Properties",
        ["jobs"] = "Jobs",
        ["absences"] = "Schedule",
        ["working_hours"] = "Schedule",
        ["working_weeks"] = "Schedule",
        ["visit_technicians"] = "Visits",
        ["visits"] = "Visits",
        ["calendar_feeds"] = "Calendar",
        ["tax_group_rates"] = "Taxes",
        ["tax_groups"] = "Taxes",
        ["tax_rates"] = "Taxes",
        ["document_taxes"] = "Documents",
        ["number_series"] = "Documents",
        ["estimate_decisions"] = "Estimates",
        ["estimate_line_items"] = "Estimates",
        ["estimates"] = "Estimates",
        ["document_numbers"] = "Invoices",
        ["invoice_line_items"] = "Invoices",
        ["invoices"] = "Invoices",
        ["client_credits"] = "Payments",
        ["ledger_entries"] = "Payments",
        ["payments"] = "Payments",
        ["checkouts"] = "Checkout",
        ["logos"] = "Papers",
        ["credit_note_lines"] = "Credits",
        ["credit_note_taxes"] = "Credits",
        ["credit_notes"] = "Credits",
        ["invoice_plan_occurrences"] = "Recurring",
        ["invoice_plans"] = "Recurring",
        ["job_plan_occurrences"] = "Recurring",
        ["job_plans"] = "Recurring",
        ["price_book_items"] = "PriceBook",
        ["labour_rates"] = "TimeEntries",
        ["time_entries"] = "TimeEntries",
        ["visit_parts"] = "Parts",
        ["expenses"] = "Expenses",
        ["billed_work"] = "Billing",
        ["booking_forms"] = "Portal",
        ["booking_requests"] = "Portal",
        ["estimate_signatures"] = "Portal",
        ["portal_links"] = "Portal",
        ["chores"] = "Worker",
        ["worker_heartbeats"] = "Worker",
        ["automations"] = "Automations",
        ["message_templates"] = "Messages",
        ["messages"] = "Messages",
        ["open_editors"] = "Live",
        ["visit_photos"] = "Photos",
        ["visit_signatures"] = "Signatures",
        ["checklist_templates"] = "Checklists",
        ["visit_checklists"] = "Checklists",
    };

    /// <summary>Which feature of the agent hub may use which.</summary>
    private static readonly Dictionary<string, string[]> AicqFeatures = new()
    {
        // Web is how answers look, Stores how the two stores are reached and kept in order, Limits and Signatures who gets in.
        ["Web"] = ["Limits", "Stores"],
        ["Stores"] = ["Web", "Rooms", "DirectMessages"],
        ["Limits"] = ["Web", "Stores", "Signatures"],
        ["Signatures"] = ["Web", "Limits", "Agents"],
        ["Agents"] = ["Web", "Stores", "Limits"],
        // What is said is indexed and told to those who watch in the same step in which it is stored.
        ["Rooms"] = ["Web", "Stores", "Limits", "Signatures", "Agents", "Search", "Live"],
        ["Search"] = ["Web", "Stores", "Limits", "Rooms"],
        ["DirectMessages"] = ["Web", "Stores", "Limits", "Signatures", "Agents", "Rooms"],
        ["Live"] = ["Web", "Stores", "Limits", "Rooms"],
    };

    private static readonly Dictionary<string, string> AicqTables = new()
    {
        ["agents"] = "Agents",
        ["activity_batches"] = "Rooms",
        ["rooms"] = "Rooms",
    };

    /// <summary>Which feature of the assistant may use which.</summary>
    private static readonly Dictionary<string, string[]> AssistantFeatures = new()
    {
        // The catalogue knows models and prices, the providers know the wire, routing chooses between them.
        ["Catalogue"] = [],
        ["Providers"] = ["Catalogue"],
        ["Routing"] = ["Catalogue", "Providers"],
        // Web knows the caller, by key or by sign-in, and tells refusals; the ledger holds what an answer may cost before anybody is asked.
        ["Web"] = ["Keys", "People", "Budgets", "Catalogue"],
        ["People"] = ["Web"],
        ["Keys"] = ["Web", "Budgets", "Catalogue"],
        ["Budgets"] = ["Catalogue", "Routing", "Web"],
        // Asking is the one way to a model: plan, hold, answer, settlement.
        ["Asking"] = ["Catalogue", "Providers", "Routing", "Budgets"],
        ["Chat"] = ["Asking", "Budgets", "Catalogue", "Providers", "Routing", "Web"],
        ["Gateway"] = ["Asking", "Budgets", "Catalogue", "Providers", "Routing", "Web"],
    };

    private static readonly Dictionary<string, string> AssistantTables = new()
    {
        ["people"] = "People",
        ["sign_ins"] = "People",
        ["api_keys"] = "Keys",
        // The rest of the ledger is written by functions of the database only.
        ["price_versions"] = "Budgets",
        ["conversations"] = "Chat",
        ["messages"] = "Chat",
    };

    /// <summary>The services, each with which of its features may use which and whose folder writes a table. What is not listed may use, or be written by, nobody.</summary>
    public static readonly IReadOnlyDictionary<string, Plan> Services = new Dictionary<string, Plan>
    {
        ["FieldService"] = new(FieldServiceFeatures, FieldServiceTables),
        ["Aicq"] = new(AicqFeatures, AicqTables),
        ["Assistant"] = new(AssistantFeatures, AssistantTables),
    };

    /// <summary>
    /// Writes as the owner of the database into an account that nobody uses yet, every table at once; it obeys the constraints like everybody and no
    /// other rule is about it.
    /// </summary>
    public const string Filler = "Demo";

    public static string Root { get; } = FindRoot();

    public static string Source => Path.Combine(Root, "src");

    public static IEnumerable<string> CodeFiles(string folder) =>
        Directory.EnumerateFiles(folder, "*.cs*", SearchOption.AllDirectories)
            .Where(f => f.EndsWith(".cs", StringComparison.Ordinal) || f.EndsWith(".cshtml", StringComparison.Ordinal))
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal));

    public static bool MayReference(string project, string other) => Projects.TryGetValue(project, out var allowed) && allowed.Contains(other);

    /// <summary>The features of a service: its folders, but for those that hold no code of their own.</summary>
    public static IEnumerable<(string Service, string Feature, string Folder)> Features() =>
        from service in Services.Keys
        let house = Path.Combine(Source, service)
        where Directory.Exists(house)
        from folder in Directory.EnumerateDirectories(house)
        let feature = Path.GetFileName(folder)
        where feature is not ("bin" or "obj" or "Migrations" or "wwwroot")
        select (service, feature, folder);

    public static bool MayUse(string service, string feature, string line) =>
        UsedFeature().Match(line) is not { Success: true } used
        || used.Groups["service"].Value != service
        || used.Groups["feature"].Value == feature
        || (Services[service].Features.TryGetValue(feature, out var allowed) && allowed.Contains(used.Groups["feature"].Value));

    /// <summary>The tables that a piece of code writes and its feature does not own.</summary>
    public static IEnumerable<string> ForeignWrites(string service, string feature, string code) =>
        from Match write in Write().Matches(code)
        let table = write.Groups["table"].Value
        where Services[service].Tables.GetValueOrDefault(table) is var owner && owner != feature && (feature != Filler || owner is null)
        select table;

    /// <summary>What must not be called: the clock is a <c>TimeProvider</c>, errors are named, SQL is made by <c>Sql</c>, and a client for HTTP by <c>OutgoingHttp</c>.</summary>
    public static bool IsBanned(string line) => Banned().IsMatch(line);

    public static bool NamesNothing(string folder) => ForbiddenFolder().IsMatch(folder);

    private static string FindRoot()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "Outpost.slnx"))) at = at.Parent;
        return at?.FullName ?? throw new InvalidOperationException("The tests run from inside the source tree.");
    }

    [GeneratedRegex(@"^\s*(?:@|global )?using (?:static )?Outpost\.(?<service>FieldService|Aicq|Assistant)\.(?<feature>\w+)")]
    private static partial Regex UsedFeature();

    [GeneratedRegex(@"\b(?:insert\s+into|update|delete\s+from)\s+(?:only\s+)?(?:public\.)?(?<table>[a-z]+(?:_[a-z]+)*)\s+(?:set\b|\(|where\b|values\b|as\b|select\b|using\b|default\b|\w\s+(?:set|using|where)\b)", RegexOptions.IgnoreCase)]
    private static partial Regex Write();

    [GeneratedRegex(@"\bDateTime(?:Offset)?\.(?:Utc)?Now\b|\bDateTime\.Today\b|\bThread\.Sleep\b|\.(?:Result|Wait\(\))\s*;|\bnew HttpClient\b")]
    private static partial Regex Banned();

    [GeneratedRegex(@"^(?:Common|Shared|Utils?|Helpers?|Managers?|Services?|Models?|Core|Misc)$", RegexOptions.IgnoreCase)]
    private static partial Regex ForbiddenFolder();

    public sealed record Plan(IReadOnlyDictionary<string, string[]> Features, IReadOnlyDictionary<string, string> Tables);
}
