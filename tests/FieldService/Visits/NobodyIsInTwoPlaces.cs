using System.Net;
using FsCheck;
using FsCheck.Fluent;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Visits;

public sealed class NobodyIsInTwoPlaces(PostgresServer postgres)
{
    private enum Doing { Book, Move, Cancel, Arrive, Complete, Override }

    private sealed record Step(Doing Doing, int Which, int Slot, int Length, int[] People);

    /// <summary>Whatever the office does in whatever order, two open visits of one person overlap only where somebody said why.</summary>
    [Fact]
    public async Task However_visits_are_booked_moved_worked_and_cancelled()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (job, office) = (await app.JobAsync("scheduled"), await app.SignedInAsync());
        Person[] people = [app.Company.Tech, app.Company.Owner, await app.TechnicianAsync("bob")];

        async Task Holds(Step[] steps)
        {
            await app.SqlAsync("delete from visits");
            var visits = new List<Guid>();
            foreach (var step in steps)
            {
                var answer = await DoAsync(office, job, visits, people, step);
                Assert.True(answer is null or { StatusCode: HttpStatusCode.OK or HttpStatusCode.Created or HttpStatusCode.Conflict or HttpStatusCode.UnprocessableEntity },
                    $"{step}: {answer?.StatusCode} {(answer is null ? "" : await answer.Content.ReadAsStringAsync(FieldServiceUnderTest.Stop))}");
                Assert.Equal(0L, await app.OverlapsAsync());
            }

            // Who goes when stands in two tables that say the same, and what is double booked says why.
            Assert.Equal(0L, await app.ValueAsync("""
                select count(*) from visits v full join visit_technicians t on t.visit_id = v.id
                where t.visit_id is not null and (v.id is null or (t.starts_at, t.ends_at, t.blocks, t.is_double_booked)
                  is distinct from (v.scheduled_start, v.scheduled_end, v.status in ('scheduled', 'arrived', 'in_progress'), v.is_double_booked))
                """));
            Assert.Equal(0L, await app.ValueAsync("""
                select count(*) from visits v where v.is_double_booked and not exists (
                  select from audit_log a where a.entity_id = v.id and a.new_value -> 'schedule_override' ->> 'reason' = 'Because')
                """));
        }

        await Task.Run(() => Prop.ForAll(Steps().ArrayOf().ToArbitrary(), Holds).Check(Config.QuickThrowOnFailure.WithMaxTest(40).WithEndSize(25)), FieldServiceUnderTest.Stop);
    }

    private static async Task<HttpResponseMessage?> DoAsync(HttpClient office, Guid job, List<Guid> visits, Person[] people, Step step)
    {
        var (start, going) = (Dispatch.Nine.AddMinutes(step.Slot * 30), step.People.Select(i => people[i]));
        var visit = visits.Count > 0 ? visits[step.Which % visits.Count] : Guid.Empty;
        switch (step.Doing)
        {
            case Doing.Book or Doing.Override:
                var booked = await office.BookAsync(job, start, step.Length * 0.5, going, step.Doing is Doing.Override ? "Because" : null);
                if (booked.StatusCode is HttpStatusCode.Created) visits.Add((Guid)(await booked.DataAsync(HttpStatusCode.Created))["id"]!);
                return booked;
            case var _ when visits.Count == 0: return null;
            case Doing.Move: return await office.MoveAsync(visit, start, step.Which % 2 == 0 ? going : null);
            case Doing.Cancel: return await office.TransitionAsync(visit, "cancelled");
            case Doing.Arrive: return await office.TransitionAsync(visit, "arrived");
            default: return await office.TransitionAsync(visit, "completed");
        }
    }

    private static Gen<Step> Steps() =>
        from doing in Gen.Frequency((5, Gen.Constant(Doing.Book)), (4, Gen.Constant(Doing.Move)), (1, Gen.Constant(Doing.Cancel)), (1, Gen.Constant(Doing.Arrive)),
            (1, Gen.Constant(Doing.Complete)), (2, Gen.Constant(Doing.Override)))
        from which in Gen.Choose(0, 50)
        from slot in Gen.Choose(0, 12)
        from length in Gen.Choose(1, 4)
        from people in Gen.Choose(0, 2).ArrayOf(2)
        select new Step(doing, which, slot, length, [.. people.Distinct()]);
}
