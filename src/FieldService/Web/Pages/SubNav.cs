using Outpost.FieldService.Accounts;

namespace Outpost.FieldService.Web.Pages;

/// <summary>The pages beside this one, above its heading.</summary>
internal sealed record SubNav(string Label, string Current, IReadOnlyList<(string Key, string Label, string Path)> Places)
{
    public static SubNav Money(string current) => new("Money", current,
    [
        ("invoices", "Invoices", "/app/invoices"),
        ("invoice-plans", "Recurring", "/app/invoice-plans"),
        ("estimates", "Estimates", "/app/estimates"),
        ("payments", "Payments", "/app/payments"),
        ("credits", "Credits", "/app/credits"),
        ("expenses", "Expenses", "/app/expenses"),
        ("pricebook", "Price book", "/app/price-book"),
        ("reports", "Reports", "/app/reports"),
    ]);

    public static SubNav Settings(string current, CurrentUser user) => new("Settings", current,
    [
        ("company", "Company", "/app/settings"),
        ("people", "People", "/app/people"),
        ("taxes", "Taxes", "/app/taxes"),
        ("checklists", "Checklists", "/app/checklists"),
        ("automations", "Automations", "/app/automations"),
        ("messages", "Messages", "/app/messages"),
        ("programs", "Programs", "/app/programs"),
        ("imports", "Imports", "/app/imports"),
        ("audit", "History", "/app/audit"),
        .. user.May(Ability.ManageAccount) ? [("status", "Status", "/app/status")] : Array.Empty<(string, string, string)>(),
        ("me", "Me", "/app/me"),
    ]);

    public static SubNav Clients(string current) => new("Clients", current, [("clients", "Clients", "/app/clients"), ("properties", "Properties", "/app/properties")]);

    public static SubNav Jobs(string current) => new("Jobs", current, [("jobs", "Jobs", "/app/jobs"), ("requests", "Requests", "/app/requests"), ("board", "Board", "/app/jobs/board"), ("plans", "Recurring", "/app/plans")]);
}
