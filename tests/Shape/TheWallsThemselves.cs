namespace Outpost.Shape.Tests;

/// <summary>A check that cannot fail guards nothing: each of them is shown something wrong.</summary>
public sealed class TheWallsThemselves
{
    [Theory]
    [InlineData("Kernel", "Platform", false)]
    [InlineData("FieldService", "Operator", false)]
    [InlineData("Operator", "FieldService", false)]
    [InlineData("Aicq", "FieldService", false)]
    [InlineData("Newcomer", "Kernel", false)]
    [InlineData("Platform", "Kernel", true)]
    public void A_project_that_references_upwards_is_seen(string project, string other, bool allowed) => Assert.Equal(allowed, House.MayReference(project, other));

    [Theory]
    [InlineData("Clients", "using Outpost.FieldService.Invoices;", false)]
    [InlineData("Estimates", "using Outpost.FieldService.Payments;", false)]
    [InlineData("Today", "@using Outpost.FieldService.Invoices", false)]
    [InlineData("Newcomer", "using Outpost.FieldService.Jobs;", false)]
    [InlineData("Invoices", "using Outpost.FieldService.Jobs;", true)]
    [InlineData("Jobs", "using Outpost.FieldService.Jobs;", true)]
    [InlineData("Jobs", "using System.Text;", true)]
    public void A_feature_that_reaches_too_far_is_seen(string feature, string line, bool allowed) => Assert.Equal(allowed, House.MayUse("FieldService", feature, line));

    [Theory]
    [InlineData("Jobs", "insert into invoices (account_id) values ($1)", "invoices")]
    [InlineData("Jobs", "update invoices set status = 'paid'", "invoices")]
    [InlineData("Jobs", "update invoices i set status = 'paid'", "invoices")]
    [InlineData("Jobs", "delete from payments\n  where id = $1", "payments")]
    [InlineData("Jobs", "insert into nobodys_table (a) values (1)", "nobodys_table")]
    [InlineData("Demo", "insert into nobodys_table (a) values (1)", "nobodys_table")]
    [InlineData("Jobs", "update jobs set status = $1", null)]
    [InlineData("Jobs", "/// Those who update invoices know.", null)]
    public void A_write_to_another_features_table_is_seen(string feature, string sql, string? table) => Assert.Equal(table, House.ForeignWrites("FieldService", feature, sql).SingleOrDefault());

    [Theory]
    [InlineData("var now = DateTime.UtcNow;", true)]
    [InlineData("var now = DateTimeOffset.Now;", true)]
    [InlineData("task.Wait();", true)]
    [InlineData("var x = task.Result;", true)]
    [InlineData("using var client = new HttpClient { Timeout = patience };", true)]
    [InlineData("using var client = OutgoingHttp.Client(patience);", false)]
    [InlineData("var now = clock.GetUtcNow();", false)]
    public void A_banned_call_is_seen(string line, bool banned) => Assert.Equal(banned, House.IsBanned(line));

    [Theory]
    [InlineData("Helpers", true)]
    [InlineData("Services", true)]
    [InlineData("FieldService", false)]
    public void A_folder_that_names_nothing_is_seen(string folder, bool forbidden) => Assert.Equal(forbidden, House.NamesNothing(folder));
}
