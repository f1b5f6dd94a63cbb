using Npgsql;

namespace Outpost.FieldService.Demo;

/// <summary>What the demo's office has set up over the months: its letterhead, taxes, price book, everybody's week and rate, hours, parts, expenses, time off and plans.</summary>
internal sealed class DemoOffice(NpgsqlConnection connection, Guid account, DemoPlan plan, DateTimeOffset now)
{
    private const decimal CostShare = 0.62m;
    private static readonly (string Category, string Vendor, string What, long Cents, int DaysAgo, bool OnJob)[] Spent =
    [
        ("fuel", "Corner Fuel", "Van 2", 68_40, 1, false), ("permits", "City of Omaha", "Plumbing permit", 62_00, 2, true), ("equipment_rental", "Harney Rentals", "Mini excavator, one day", 284_00, 4, true),
        ("disposal", "Transfer station", "Old water heater", 24_00, 5, true), ("fuel", "Corner Fuel", "Van 1", 71_15, 6, false), ("tools", "Trade Supply", "Press jaw 3/4 in", 189_90, 8, false),
        ("parking_and_tolls", "Garage on 14th", "Fourth Street Lofts", 12_00, 9, true), ("fuel", "Corner Fuel", "Van 3", 59_80, 12, false), ("vehicle", "Midtown Tire", "Two tires, van 2", 342_50, 15, false),
        ("office", "Paper & Ink", "Toner", 48_75, 20, false),
    ];

    private static readonly (string Title, string Rule, string Description, int Minutes, int Days)[] Agreed =
    [
        ("Furnace tune-up", "FREQ=YEARLY", "Yearly service before the season.", 90, 21),
        ("Filter change", "FREQ=MONTHLY", "Filter is 16x25x4; they keep a box in the basement.", 30, 17),
        ("Boiler service and bleed", "FREQ=MONTHLY;INTERVAL=6", "All radiators, and the pressure a week later.", 150, 25),
        ("Backflow preventer test", "FREQ=YEARLY", "The city wants the sheet within ten days.", 60, 33),
    ];

    public async Task WriteAsync(CancellationToken ct)
    {
        await RunAsync("""
            update accounts set address_line1 = '2214 Leavenworth Street', city = 'Omaha', state = 'NE', zip = '68102', country = 'US', phone = '(402) 555-0100', email = 'office@example.com' where id = $1
            """, ct, account);
        await TaxesAsync(ct);
        await PriceBookAsync(ct);
        await PeopleAsync(ct);
        await PartsAsync(ct);
        await ExpensesAsync(ct);
        await PlansAsync(ct);
        await RequestsAsync(ct);
        await ChecklistsAsync(ct);
    }

    private Task ChecklistsAsync(CancellationToken ct) => RunAsync("""
        insert into checklist_templates (account_id, id, name, job_words, items, is_required) values
        ($1, gen_random_uuid(), 'Before leaving', '{}', array['Water and gas are on again', 'Tools and old parts are out', 'The client has seen it work'], false),
        ($1, gen_random_uuid(), 'Heating check', array['furnace', 'boiler', 'heat pump'], array['Flue is clear', 'Filter is clean or new', 'Pressure in psi:', 'CO at the register in ppm:'], false)
        """, ct, account);

    private async Task TaxesAsync(CancellationToken ct)
    {
        await RunAsync("insert into tax_rates (account_id, id, name, rate_millionths) values ($1, gen_random_uuid(), 'State of Nebraska', 55000), ($1, gen_random_uuid(), 'City of Omaha', 15000)", ct, account);
        await RunAsync("insert into tax_groups (account_id, id, name, is_default) values ($1, gen_random_uuid(), 'Sales tax', true)", ct, account);
        await RunAsync("""
            insert into tax_group_rates (account_id, tax_group_id, tax_rate_id, sort_order)
            select g.account_id, g.id, r.id, row_number() over (order by r.rate_millionths desc) from tax_groups g join tax_rates r on r.account_id = g.account_id where g.account_id = $1
            """, ct, account);
    }

    private async Task PriceBookAsync(CancellationToken ct)
    {
        await RunAsync("""
            insert into price_book_items (account_id, id, kind, code, name, unit, unit_cost, unit_price, category, labour_minutes, tax_rate_millionths) values
            ($1, gen_random_uuid(), 'service', 'LAB', 'Labor, licensed technician', 'h', 41, 118, 'Labor', 60, 0),
            ($1, gen_random_uuid(), 'service', 'LAB-AH', 'Labor after hours', 'h', 61, 177, 'Labor', 60, 0),
            ($1, gen_random_uuid(), 'service', 'TRIP', 'Trip and diagnosis', 'pcs', null, 89, 'Labor', 30, 0)
            """, ct, account);
        var seen = new HashSet<string>(StringComparer.Ordinal) { "Labor, licensed technician" };
        var items = DemoCatalog.All.SelectMany(work => work.Lines.Select(line => (work.Trade, Line: line))).Where(item => seen.Add(item.Line.Description!)).ToList();
        for (var i = 0; i < items.Count; i++)
        {
            var (trade, line) = items[i];
            var isPart = line.TaxRate is null;
            var price = line.UnitPriceCents!.Value.Cents / 100m;
            await RunAsync("""
                insert into price_book_items (account_id, id, kind, code, name, unit, unit_cost, unit_price, category, tax_rate_millionths)
                values ($1, gen_random_uuid(), $2, $3, $4, 'pcs', $5, $6, $7, $8)
                """, ct, account, isPart ? "material" : "service", $"{trade.ToString()[..1]}-{i + 101}", line.Description!, isPart ? decimal.Round(price * CostShare, 2) : DBNull.Value, price,
                isPart ? trade.ToString() : "Fees", isPart ? DBNull.Value : 0);
        }
    }

    private async Task PeopleAsync(CancellationToken ct)
    {
        await RunAsync("insert into working_weeks (account_id, user_id) select account_id, id from users where account_id = $1 and role = 'tech'", ct, account);
        await RunAsync("""
            insert into working_hours (account_id, user_id, weekday, from_minute, to_minute)
            select w.account_id, w.user_id, d, 480, case d when 5 then 960 else 1020 end from working_weeks w cross join generate_series(1, 5) d where w.account_id = $1
            """, ct, account);
        await RunAsync("""
            insert into labour_rates (account_id, id, user_id, effective_on, cost_cents, billing_cents)
            select account_id, gen_random_uuid(), id, $2, 3600 + 200 * (row_number() over (order by id) % 4), 11800 from users where account_id = $1 and role = 'tech'
            """, ct, account, DateOnly.FromDateTime(now.UtcDateTime).AddDays(-400));
        // What somebody worked on a visit ends when they arrive at the next one.
        await RunAsync("""
            insert into time_entries (account_id, id, user_id, visit_id, job_id, kind, started_at, ended_at, created_by)
            select account_id, gen_random_uuid(), assigned_user_id, id, job_id, 'work', began, greatest(began, least(ended, next - interval '1 second')), assigned_user_id
            from (select v.account_id, v.assigned_user_id, v.id, v.job_id, date_trunc('second', v.arrived_at) as began, date_trunc('second', v.completed_at) as ended,
                         date_trunc('second', lead(v.arrived_at) over (partition by v.assigned_user_id order by v.arrived_at)) as next
                  from visits v where v.account_id = $1 and v.arrived_at is not null and v.assigned_user_id is not null and v.status in ('completed', 'in_progress')) worked
            where ended is not null or next is null
            """, ct, account);
        await RunAsync("""
            insert into absences (account_id, id, user_id, kind, status, starts_at, ends_at, note, created_by)
            select u.account_id, gen_random_uuid(), u.id, a.kind, a.status, a.day::timestamp at time zone $2, (a.day + a.days)::timestamp at time zone $2, a.note, u.id
            from (values (1, 'vacation', 'approved', $3::date, 4, 'Visiting family'), (2, 'training', 'requested', $3::date + 7, 2, 'Heat pump course')) a (place, kind, status, day, days, note)
            join (select account_id, id, row_number() over (order by full_name) as place from users where account_id = $1 and role = 'tech') u on u.place = a.place
            """, ct, account, DemoPeople.TimeZone, DateOnly.FromDateTime(now.UtcDateTime).AddDays(19));
    }

    private async Task PartsAsync(CancellationToken ct)
    {
        var used = plan.Jobs.Where(job => job.Visits.Count > 0 && job.Visits[^1] is { Status: "completed", Technician: not null })
            .SelectMany(job => job.Work.Lines.Where(line => line.TaxRate is null).Select(line => (Job: job, Visit: job.Visits[^1], Line: line))).ToList();
        await RunAsync("""
            insert into visit_parts (account_id, id, visit_id, job_id, description, unit, quantity, unit_cost, unit_price, used_on, recorded_by)
            select $1, gen_random_uuid(), m.visit, m.job, m.description, 'pcs', m.quantity, m.cost, m.price, m.day, m.person
            from unnest($2, $3, $4, $5, $6, $7, $8, $9) as m (visit, job, description, quantity, cost, price, day, person)
            """, ct, account, used.Select(u => u.Visit.Id).ToArray(), used.Select(u => u.Job.Id).ToArray(), used.Select(u => u.Line.Description!).ToArray(), used.Select(u => u.Line.Quantity!.Value.Amount).ToArray(),
            used.Select(u => decimal.Round(u.Line.UnitPriceCents!.Value.Cents / 100m * CostShare, 2)).ToArray(), used.Select(u => u.Line.UnitPriceCents!.Value.Cents / 100m).ToArray(),
            used.Select(u => DateOnly.FromDateTime(u.Visit.Start.UtcDateTime)).ToArray(), used.Select(u => u.Visit.Technician!.Value).ToArray());
    }

    private async Task ExpensesAsync(CancellationToken ct)
    {
        var jobs = plan.Jobs.Where(job => job.Status is "completed" or "in_progress").Take(Spent.Length).ToList();
        for (var i = 0; i < Spent.Length; i++)
        {
            var (category, vendor, what, cents, daysAgo, onJob) = Spent[i];
            await RunAsync("""
                insert into expenses (account_id, id, user_id, job_id, category, amount_cents, spent_on, vendor, description, paid_by, created_by)
                values ($1, gen_random_uuid(), $2, $3, $4, $5, $6, $7, $8, 'company', $2)
                """, ct, account, plan.Office.Id, onJob && i < jobs.Count ? jobs[i].Id : DBNull.Value, category, cents, DateOnly.FromDateTime(now.UtcDateTime).AddDays(-daysAgo), vendor, what);
        }
    }

    private async Task PlansAsync(CancellationToken ct)
    {
        for (var i = 0; i < Agreed.Length; i++)
        {
            var (title, rule, description, minutes, days) = Agreed[i];
            var place = plan.Properties[(i * 7) % plan.Properties.Count];
            await RunAsync("""
                insert into job_plans (account_id, id, client_id, property_id, title, description, priority, technician_ids, duration_minutes, starts_at_local, time_zone, rrule, next_at, created_by)
                values ($1, gen_random_uuid(), $2, $3, $4, $5, 1, array[$6], $7, $8::date + time '09:00', $9, $10, ($8::date + time '09:00') at time zone $9, $11)
                """, ct, account, place.Client.Id, place.Id, title, description, plan.Users[2 + (i % (plan.Users.Count - 2))].Id, minutes, DateOnly.FromDateTime(now.UtcDateTime).AddDays(days), DemoPeople.TimeZone, rule,
                plan.Office.Id);
        }
    }

    private async Task RequestsAsync(CancellationToken ct)
    {
        await RunAsync("insert into booking_forms (account_id, slug, greeting) values ($1, 'tallgrass', 'Tell us what is wrong. We call back the same day, Monday to Friday.') on conflict do nothing", ct, account);
        await RunAsync("""
            insert into booking_requests (account_id, id, name, email, phone, address, wish, preferred_on, sender_hash, created_at) values
            ($1, gen_random_uuid(), 'Beatrix Holloway', 'beatrix.holloway@example.com', '(402) 555-0188', '1422 Willow Bend', 'Upstairs shower has no pressure since the weekend.', $2, '\x00', $3),
            ($1, gen_random_uuid(), 'Anselm Roy', null, '(402) 555-0167', null, 'What would a heat pump for a 1,400 sq ft house cost?', null, '\x01', $4)
            """, ct, account, DateOnly.FromDateTime(now.UtcDateTime).AddDays(2), now.AddHours(-2).UtcDateTime, now.AddHours(-20).UtcDateTime);
    }

    private async Task RunAsync(string sql, CancellationToken ct, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync(ct);
    }
}
