using FsCheck;
using FsCheck.Fluent;
using Outpost.FieldService.Rounds;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Rounds;

public sealed class PuttingStopsInOrder(PostgresServer postgres)
{
    private static readonly Gen<Stop[]> Days =
        from many in Gen.Choose(0, 9)
        from stops in Gen.ArrayOf(
            from north in Gen.Choose(-900, 900) from east in Gen.Choose(-1800, 1800) from isFixed in Gen.Frequency((3, Gen.Constant(false)), (1, Gen.Constant(true)))
            select new Stop(Guid.NewGuid(), new(north / 10d, east / 10d), isFixed), many)
        select stops;

    [Fact]
    public void The_way_is_never_longer_every_stop_is_there_once_and_what_is_fixed_keeps_its_place() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(400), Prop.ForAll(Days.ToArbitrary(), given =>
    {
        var found = StopOrder.Shortest(given);

        Assert.True(StopOrder.Length(found) <= StopOrder.Length(given) + 1e-9);
        Assert.Equal(given.Select(stop => stop.Id).Order(), found.Select(stop => stop.Id).Order());
        for (var i = 0; i < given.Length; i++) if (given[i].IsFixed) Assert.Equal(given[i], found[i]);
    }));

    [Fact]
    public void No_stretch_can_be_turned_around_to_make_it_shorter() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(200), Prop.ForAll(Days.ToArbitrary(), given =>
    {
        var found = StopOrder.Shortest([.. given.Select(stop => stop with { IsFixed = false })]).ToArray();
        for (var from = 0; from < found.Length; from++)
        {
            for (var to = from + 1; to < found.Length; to++)
            {
                Stop[] turned = [.. found[..from], .. found[from..(to + 1)].Reverse(), .. found[(to + 1)..]];
                Assert.True(StopOrder.Length(turned) >= StopOrder.Length(found) - 0.0011);
            }
        }
    }));

    [Fact]
    public void Distances_are_those_of_the_earth()
    {
        Assert.InRange(new Coordinates(41.2565, -95.9345).KilometresTo(new(41.8781, -87.6298)), 690, 697); // Omaha to Chicago
        Assert.InRange(new Coordinates(0, 179.5).KilometresTo(new(0, -179.5)), 111, 111.5); // over the date line
        Assert.Equal(0, new Coordinates(90, 0).KilometresTo(new(90, 135)), 6);
        Assert.InRange(new Coordinates(0, 0).KilometresTo(new(0, 180)), 20_015, 20_016);
    }

    [Fact]
    public void A_zigzag_becomes_a_line()
    {
        Stop[] given = [.. new[] { 0, 5, 1, 4, 2, 3 }.Select(n => new Stop(Guid.NewGuid(), new(41, n), false))];
        var found = StopOrder.Shortest(given).Select(stop => stop.At.Longitude).ToList();
        Assert.Equal(found[0] < found[^1] ? [0, 1, 2, 3, 4, 5] : [5, 4, 3, 2, 1, 0], found);
    }

    [Fact]
    public async Task A_technician_sees_their_own_round_and_nobody_elses()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var client = await app.ClientAsync("Ada Byron");
        var (near, far) = (await app.PropertyAsync(client, "1 Near St"), await app.PropertyAsync(client, "2 Far St"));
        await app.SqlAsync("update properties set latitude = 41.25, longitude = -96 + case when id = $1 then 0.1 else 0.2 end", near);
        foreach (var (place, who) in new[] { (near, app.Company.Tech), (far, app.Company.Admin) })
        {
            var job = await app.JobAsync("scheduled", client, $"Work at {(place == near ? "near" : "far")}");
            await app.SqlAsync("update jobs set property_id = $2 where id = $1", job, place);
            await app.VisitAsync(job, who);
        }

        var page = await (await app.SignedInAsync(app.Company.Tech)).GetStringAsync($"/app/rounds?date=2026-11-23&who={app.Company.Admin.Id}", FieldServiceUnderTest.Stop);

        Assert.Contains("Work at near", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Work at far", page, StringComparison.Ordinal);
        Assert.Contains("geo:41.25,-95.9?q=41.25,-95.9(Ada%20Byron)", page, StringComparison.Ordinal);
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, (await (await app.SignedInAsync()).PatchAsync($"/api/v1/properties/{near}", new { latitude = (double?)null })).StatusCode);
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, (await (await app.SignedInAsync()).PatchAsync($"/api/v1/properties/{near}", new { latitude = 91.0 })).StatusCode);
        Assert.Equal(41.5, (double)(await (await (await app.SignedInAsync()).PatchAsync($"/api/v1/properties/{near}", new { latitude = 41.5 })).DataAsync())["latitude"]!);
    }
}
