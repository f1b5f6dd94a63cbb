using System.Net;
using Npgsql;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Demo;
using Outpost.Platform.Migrations;
using Outpost.Platform.Roles;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Demo;

public sealed class TheDemoCompany(PostgresServer postgres)
{
    private const string LiveTables = "accounts, users, clients, properties, jobs, visits, estimates, estimate_line_items, invoices, invoice_line_items, document_taxes, payments, number_series";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    // A workday morning, a Saturday, midnight, the days on which the clocks change, the turn of a year, the first of a month before anything is sent.
    public static TheoryData<string> Moments => ["2026-11-24T15:40:00Z", "2026-11-21T18:00:00Z", "2026-11-25T06:00:00Z", "2027-03-14T15:00:00Z", "2026-11-01T16:00:00Z", "2027-01-01T05:59:00Z", "2026-12-01T08:00:00Z", "2026-11-26T04:30:00Z"];

    [Theory]
    [MemberData(nameof(Moments))]
    public async Task Has_work_and_money_in_every_state_whenever_it_is_made(string moment)
    {
        await using var database = await FilledAsync(moment);

        Assert.Equal(["cancelled", "completed", "draft", "in_progress", "invoiced", "quoted", "scheduled"], await WordsAsync(database, "select distinct status from jobs order by 1"));
        Assert.Equal(["approved", "declined", "draft", "expired", "sent"], await WordsAsync(database, "select distinct status from estimates order by 1"));
        Assert.Equal(["draft", "overdue", "paid", "partial", "sent", "void"], await WordsAsync(database, "select distinct status from invoices order by 1"));
        Assert.Equal(40L, await ValueAsync(database, "select count(*) from clients"));
        Assert.InRange((long)(await ValueAsync(database, "select count(*) from properties"))!, 50, 60);
        Assert.InRange((long)(await ValueAsync(database, "select count(*) from jobs"))!, 115, 135);
        Assert.InRange((long)(await ValueAsync(database, "select count(*) from visits"))!, 160, 200);
        Assert.InRange((long)(await ValueAsync(database, "select count(*) from estimates"))!, 50, 75);
        Assert.InRange((long)(await ValueAsync(database, "select count(*) from invoices"))!, 65, 95);
        foreach (var day in (int[])[-1, 0])
        {
            Assert.InRange((long)(await ValueAsync(database, "select count(*) from visits where (scheduled_start at time zone 'America/Chicago')::date = ($1::timestamptz at time zone 'America/Chicago')::date + $2", At(moment), day))!, 6, 20);
        }
    }

    [Theory]
    [MemberData(nameof(Moments))]
    public async Task Breaks_no_rule_whenever_it_is_made(string moment)
    {
        await using var database = await FilledAsync(moment);

        await NoneAsync(database, "two visits of one technician at once", """
            select from visits a join visits b on a.assigned_user_id = b.assigned_user_id and a.id < b.id and (a.scheduled_start, a.scheduled_end) overlaps (b.scheduled_start, b.scheduled_end)
            where a.status <> 'cancelled' and b.status <> 'cancelled'
            """);
        await NoneAsync(database, "a visit at night", """
            select from visits where (scheduled_start at time zone 'America/Chicago')::time < '08:00' or (scheduled_end at time zone 'America/Chicago')::time > '18:00'
               or (scheduled_start at time zone 'America/Chicago')::date <> (scheduled_end at time zone 'America/Chicago')::date
            """);
        await NoneAsync(database, "a job whose status is not that of its visits", """
            select from jobs j where
              (j.status in ('completed', 'invoiced') and (not exists (select from visits v where v.job_id = j.id) or exists (select from visits v where v.job_id = j.id and v.status <> 'completed')))
              or (j.status = 'in_progress') <> (exists (select from visits v where v.job_id = j.id and v.status in ('arrived', 'in_progress', 'completed'))
                                               and exists (select from visits v where v.job_id = j.id and v.status in ('scheduled', 'arrived', 'in_progress')))
              or (j.status in ('draft', 'quoted', 'cancelled') and exists (select from visits v where v.job_id = j.id and v.status <> 'cancelled'))
            """);
        await NoneAsync(database, "an invoiced job without an invoice", "select from jobs j where j.status = 'invoiced' and not exists (select from invoices i where i.job_id = j.id and i.status not in ('draft', 'void'))");
        await NoneAsync(database, "a quoted job without an estimate out", "select from jobs j where j.status = 'quoted' and not exists (select from estimates e where e.job_id = j.id and e.status = 'sent')");
        await NoneAsync(database, "a planned job whose estimate the client has not approved", "select from estimates e join jobs j on j.id = e.job_id where j.status in ('scheduled', 'in_progress', 'completed', 'invoiced') and e.status <> 'approved'");
        await NoneAsync(database, "a document that is not the sum of its lines and taxes", """
            select from (select id, subtotal_cents, tax_cents, total_cents from estimates union all select id, subtotal_cents, tax_cents, total_cents from invoices) d
            join lateral (select sum(total_cents) as lines from (select estimate_id as id, total_cents from estimate_line_items union all select invoice_id, total_cents from invoice_line_items) l where l.id = d.id) l on true
            join lateral (select sum(tax_cents) as tax, sum(base_cents) as base from document_taxes t where t.document_id = d.id) t on true
            where l.lines is distinct from d.subtotal_cents or t.base is distinct from d.subtotal_cents or t.tax is distinct from d.tax_cents or d.total_cents <> d.subtotal_cents + d.tax_cents
            """);
        await NoneAsync(database, "a tax group that is not the sum of its lines", """
            select from document_taxes t where t.base_cents is distinct from (select sum(total_cents) from (
              select estimate_id as id, tax_rate_millionths, total_cents from estimate_line_items union all select invoice_id, tax_rate_millionths, total_cents from invoice_line_items) l
              where l.id = t.document_id and l.tax_rate_millionths = t.tax_rate_millionths)
            """);
        await NoneAsync(database, "an invoice that says something else than its payments", "select from invoices i where paid_cents <> (select coalesce(sum(amount_cents), 0) from payments p where p.invoice_id = i.id)");
        await NoneAsync(database, "an overdue invoice that is not due, or the other way round", $"""
            select from invoices where (status = 'overdue') <> (status in ('sent', 'partial', 'overdue') and due_date < ('{moment}'::timestamptz at time zone 'America/Chicago')::date)
            """);
        await NoneAsync(database, "an approved estimate's invoice with other lines", """
            select from invoice_line_items i join invoices d on d.id = i.invoice_id left join estimate_line_items e on e.id = i.estimate_line_item_id and e.estimate_id = d.estimate_id
            where d.estimate_id is not null and (e.total_cents, e.description, e.tax_rate_millionths) is distinct from (i.total_cents, i.description, i.tax_rate_millionths)
            """);
        await NoneAsync(database, "something that has not happened yet", $"""
            select from (select sent_at as at from invoices union all select paid_at from invoices union all select voided_at from invoices union all select received_at from payments
              union all select created_at from jobs union all select created_at from invoices union all select created_at from estimates union all select sent_at from estimates
              union all select decided_at from estimates union all select arrived_at from visits union all select completed_at from visits union all select created_at from clients) x
            where x.at > '{moment}'::timestamptz
            """);
        await NoneAsync(database, "an effect before its cause", """
            select from (select created_at as before, sent_at as after from invoices union all select sent_at, paid_at from invoices union all select sent_at, voided_at from invoices
              union all select created_at, sent_at from estimates union all select sent_at, decided_at from estimates union all select arrived_at, completed_at from visits
              union all select i.sent_at, p.received_at from payments p join invoices i on i.id = p.invoice_id
              union all select j.created_at, v.scheduled_start from visits v join jobs j on j.id = v.job_id
              union all select c.created_at, j.created_at from jobs j join clients c on c.id = j.client_id) x
            where x.before > x.after
            """);
        await NoneAsync(database, "a gap in the numbers", "select from (select row_number() over (order by invoice_number) as n, invoice_number from invoices where invoice_number is not null) x where invoice_number <> 'INV-' || lpad(n::text, 4, '0')");
        Assert.Equal(1L, await ValueAsync(database, "select next_number - (select count(*) from invoices where invoice_number is not null) from number_series where series = 'invoice'"));
        await NoneAsync(database, "an address or number that could be somebody's", "select from clients where email not like '%@example.com' or phone not like '(402) 555-01__'");
    }

    [Fact]
    public async Task The_same_moment_always_gives_the_same_company()
    {
        await using var one = await FilledAsync("2026-11-24T15:40:00Z");
        await using var other = await FilledAsync("2026-11-24T15:40:00Z");

        const string work = "select md5(string_agg(x, '|' order by x)) from (select title || status || scheduled_start::text || id::text as x from jobs union all select id::text || status || total_cents || paid_cents from invoices) t";
        Assert.Equal(await ValueAsync(one, work), await ValueAsync(other, work));
    }

    [Fact]
    public async Task A_second_call_changes_nothing()
    {
        await using var database = await FilledAsync("2026-11-24T15:40:00Z");
        var before = await DigestAsync(database);

        Assert.False((await DemoCompany.FillAsync(database.OwnerSource, DemoSize.Small, new Clock(At("2026-12-24T15:40:00Z")), Stop)).Made);

        Assert.Equal(before, await DigestAsync(database));
    }

    [Fact]
    public async Task Two_that_fill_it_in_at_once_make_one_company()
    {
        await using var database = await EmptyAsync();
        var clock = new Clock(At("2026-11-24T15:40:00Z"));

        var answers = await Task.WhenAll(DemoCompany.FillAsync(database.OwnerSource, DemoSize.Small, clock, Stop), DemoCompany.FillAsync(database.OwnerSource, DemoSize.Small, clock, Stop));

        Assert.Single(answers, answer => answer.Made);
        Assert.Equal(40L, await ValueAsync(database, "select count(*) from clients"));
    }

    [Fact]
    public async Task What_fails_on_the_way_leaves_nothing_behind()
    {
        await using var database = await EmptyAsync();
        await RunAsync(database, "alter table payments add constraint the_disk_is_full check (amount_cents < 0) not valid");

        await Assert.ThrowsAsync<PostgresException>(() => DemoCompany.FillAsync(database.OwnerSource, DemoSize.Small, new Clock(At("2026-11-24T15:40:00Z")), Stop));

        Assert.Equal(0L, await ValueAsync(database, "select (select count(*) from accounts) + (select count(*) from clients) + (select count(*) from number_series)"));
        await RunAsync(database, "alter table payments drop constraint the_disk_is_full");
        Assert.True((await DemoCompany.FillAsync(database.OwnerSource, DemoSize.Small, new Clock(At("2026-11-24T15:40:00Z")), Stop)).Made);
    }

    [Fact]
    public async Task The_account_of_the_first_start_becomes_the_demo_company_and_keeps_its_password()
    {
        await using var database = await EmptyAsync();
        var first = await UserAdministration.FirstOwnerAsync(database.OwnerSource, "My company", Stop);

        Assert.Equal(new DemoAnswer(true, null), await DemoCompany.FillAsync(database.OwnerSource, DemoSize.Small, new Clock(At("2026-11-24T15:40:00Z")), Stop));

        Assert.Equal(1L, await ValueAsync(database, "select count(*) from accounts"));
        Assert.Equal(6L, await ValueAsync(database, "select count(*) from users"));
        Assert.Equal(first!.Id, await ValueAsync(database, "select id from users where email = 'admin@example.com' and role = 'owner'"));
        await using var app = FieldServiceApp.Build(FieldServiceUnderTest.SettingsOf(database), database.AppSource, new Clock(At("2026-11-24T15:40:00Z")));
        await app.StartAsync(Stop);
        Assert.Equal(HttpStatusCode.OK, await SignInAsync(app, first.Email, first.Password));
    }

    [Fact]
    public async Task Beside_real_work_it_is_an_account_of_its_own()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        await app.SqlAsync("update users set email = 'admin@example.com' where role = 'owner'");
        await app.SqlAsync("insert into clients (account_id, id, name) values ($1, $2, 'A real client')", app.Company.Account, Guid.CreateVersion7());

        var login = (await DemoCompany.FillAsync(app.Database.OwnerSource, DemoSize.Small, app.Clock, Stop)).Login;

        Assert.Equal("demo-admin@example.com", login!.Email);
        Assert.Equal(1L, await app.ValueAsync("select count(*) from clients where account_id = $1", app.Company.Account));
        Assert.Equal(HttpStatusCode.OK, await SignInAsync(app.App, login.Email, login.Password));
        Assert.Equal("north", await app.ValueAsync("select name from accounts where id = $1", app.Company.Account));
    }

    [Fact]
    public async Task Every_install_has_its_own_password_and_nobody_knows_the_technicians()
    {
        await using var one = await EmptyAsync();
        await using var other = await EmptyAsync();
        var clock = new Clock(At("2026-11-24T15:40:00Z"));

        var login = (await DemoCompany.FillAsync(one.OwnerSource, DemoSize.Small, clock, Stop)).Login;
        var otherLogin = (await DemoCompany.FillAsync(other.OwnerSource, DemoSize.Small, clock, Stop)).Login;

        Assert.Equal("admin@example.com", login!.Email);
        Assert.NotEqual(login.Password, otherLogin!.Password);
        Assert.Equal(6L, await ValueAsync(one, "select count(distinct password_hash) from users"));
        await using var app = FieldServiceApp.Build(FieldServiceUnderTest.SettingsOf(one), one.AppSource, clock);
        await app.StartAsync(Stop);
        Assert.Equal(HttpStatusCode.OK, await SignInAsync(app, login.Email, login.Password));
        Assert.Equal(HttpStatusCode.Unauthorized, await SignInAsync(app, login.Email, "password"));
        Assert.Equal(HttpStatusCode.Unauthorized, await SignInAsync(app, "marcus@example.com", login.Password));
    }

    private async Task<TestDatabase> FilledAsync(string moment)
    {
        var database = await EmptyAsync();
        Assert.True((await DemoCompany.FillAsync(database.OwnerSource, DemoSize.Small, new Clock(At(moment)), Stop)).Made);
        return database;
    }

    private Task<TestDatabase> EmptyAsync() => postgres.DatabaseAsync(MigrationSet.From(typeof(FieldServiceApp).Assembly), Stop);

    private static DateTimeOffset At(string moment) => DateTimeOffset.Parse(moment, System.Globalization.CultureInfo.InvariantCulture);


    private static async Task<HttpStatusCode> SignInAsync(Microsoft.AspNetCore.Builder.WebApplication app, string email, string password)
    {
        using var client = new HttpClient { BaseAddress = new(app.Urls.Single()) };
        return (await client.PostAsync("/api/v1/auth/login", new { email, password })).StatusCode;
    }

    private static async Task<string> DigestAsync(TestDatabase database)
    {
        var parts = LiveTables.Split(", ").Select(table => $"(select coalesce(md5(string_agg(t::text, '|' order by t::text)), '') from {table} t)");
        return (string)(await ValueAsync(database, $"select {string.Join(" || ", parts)}"))!;
    }

    private static async Task NoneAsync(TestDatabase database, string what, string sql)
    {
        var found = (long)(await ValueAsync(database, $"select count(*) from ({sql}) x"))!;
        Assert.True(found == 0, $"{what}: {found} times");
    }

    private static async Task RunAsync(TestDatabase database, string sql)
    {
        await using var command = database.Superuser.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Stop);
    }

    private static async Task<object?> ValueAsync(TestDatabase database, string sql, params object[] values)
    {
        await using var command = database.Superuser.CreateCommand(sql);
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        return await command.ExecuteScalarAsync(Stop);
    }

    private static async Task<List<string>> WordsAsync(TestDatabase database, string sql)
    {
        await using var command = database.Superuser.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(Stop);
        List<string> words = [];
        while (await reader.ReadAsync(Stop)) words.Add(reader.GetString(0));
        return words;
    }
}
