using System.Net;
using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using Outpost.FieldService.Photos;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Photos;

public sealed class TakingPhotos(PostgresServer postgres)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_technicians_photo_is_kept_as_it_came_and_seen_in_the_office()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var visit = await app.VisitAsync(await app.JobAsync("scheduled"), app.Company.Tech);
        var (tech, owner) = (await app.SignedInAsync(app.Company.Tech), await app.SignedInAsync());
        var (large, small) = (Jpeg.Of(1600, 1200), Jpeg.Of(320, 240));

        var photo = await (await tech.PostAsync($"/api/v1/visits/{visit}/photos", new { content = large, thumbnail = small, caption = "Under the sink", taken_at = "2026-11-21T14:30:00Z" })).DataAsync(HttpStatusCode.Created);

        Assert.Equal(("Under the sink", 1600, 1200, large.Length, "2026-11-21T14:30:00.000Z"), ((string)photo["caption"]!, (int)photo["width"]!, (int)photo["height"]!, (int)photo["bytes"]!, (string)photo["taken_at"]!));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(large)), (string)photo["sha256"]!);
        var shown = await owner.ReadAsync($"/api/v1/photos/{photo["id"]}/content");
        Assert.Equal((HttpStatusCode.OK, "image/jpeg"), (shown.StatusCode, shown.Content.Headers.ContentType?.MediaType));
        Assert.Equal("default-src 'none'; sandbox", shown.Headers.GetValues("Content-Security-Policy").Single());
        Assert.Equal(large, await shown.Content.ReadAsByteArrayAsync(Stop));
        Assert.Equal(small, await (await owner.ReadAsync($"/api/v1/photos/{photo["id"]}/thumbnail")).Content.ReadAsByteArrayAsync(Stop));
        Assert.Equal((string)photo["id"]!, (string)Assert.Single((await (await owner.ReadAsync($"/api/v1/visits/{visit}/photos")).DataAsync()).AsArray())!["id"]!);
        // The history tells that there is one, and does not hold it twice.
        Assert.Equal(1L, await app.ValueAsync("select count(*) from audit_log where entity_type = 'visit_photo' and action = 'insert' and length(new_value::text) < 1000"));
    }

    [Fact]
    public async Task Sent_twice_from_an_outbox_it_is_there_once()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var visit = await app.VisitAsync(await app.JobAsync("scheduled"), app.Company.Tech);
        var tech = await app.SignedInAsync(app.Company.Tech);
        object body = new { content = Jpeg.Of(8, 6), thumbnail = Jpeg.Of(4, 3) };

        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => tech.PostAsync($"/api/v1/visits/{visit}/photos", body, "from-the-outbox")));

        Assert.Single((await Task.WhenAll(answers.Select(answer => answer.DataAsync(HttpStatusCode.Created)))).Select(photo => (string)photo["id"]!).Distinct());
        Assert.Equal(1L, await app.ValueAsync("select count(*) from visit_photos"));
        await (await tech.PostAsync($"/api/v1/visits/{visit}/photos", new { content = Jpeg.Of(9, 6), thumbnail = Jpeg.Of(4, 3) }, "from-the-outbox")).RefusedAsync(HttpStatusCode.UnprocessableEntity, "IDEMPOTENCY_KEY_REUSED");
    }

    [Fact]
    public async Task What_is_no_bare_jpeg_is_refused_and_not_kept()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var visit = await app.VisitAsync(await app.JobAsync("scheduled"), app.Company.Tech);
        var tech = await app.SignedInAsync(app.Company.Tech);
        var good = Jpeg.Of(8, 6);
        foreach (var (what, content, thumbnail) in new[]
        {
            ("where it was taken", Jpeg.Of(8, 6, behindStart: Jpeg.Exif), good),
            ("where it was taken, in the small one", good, Jpeg.Of(8, 6, behindStart: Jpeg.Exif)),
            ("where it was taken, between two scans", Jpeg.Of(8, 6, behindScan: Jpeg.Exif), good),
            ("a comment", Jpeg.Of(8, 6, behindStart: Jpeg.Segment(0xFE, [.. "hello"u8])), good),
            ("something behind the end", Jpeg.Of(8, 6, behindEnd: [.. "PK"u8]), good),
            ("a page", "<!doctype html><script>alert(1)</script>"u8.ToArray(), good),
            ("half a file", good[..^5], good),
            ("no size", Jpeg.Of(0, 0), good),
            ("too wide", Jpeg.Of(5000, 10), good),
            ("no thumbnail at all", good, Jpeg.Of(1000, 800)),
            ("too large", Jpeg.Of(8, 6, behindStart: [.. Enumerable.Range(0, 50).SelectMany(_ => Jpeg.Segment(0xDB, new byte[65_000]))]), good),
            ("nothing", [], good),
        })
        {
            var answer = await tech.PostAsync($"/api/v1/visits/{visit}/photos", new { content, thumbnail });
            Assert.True(answer.StatusCode is HttpStatusCode.BadRequest, $"{what}: {(int)answer.StatusCode}");
        }

        Assert.True((await tech.PostAsync($"/api/v1/visits/{visit}/photos", new { content = new byte[5_000_000], thumbnail = good })).StatusCode is HttpStatusCode.RequestEntityTooLarge);
        await (await tech.PostAsync($"/api/v1/visits/{visit}/photos", new { content = good, thumbnail = good, taken_at = "2027-11-21T15:00:00Z" })).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        Assert.Equal(0L, await app.ValueAsync("select count(*) from visit_photos"));
    }

    [Fact]
    public async Task Only_who_was_there_or_the_office_sees_it_and_only_who_took_it_or_the_office_takes_it_away()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var south = await app.CompanyAsync("south");
        var visit = await app.VisitAsync(await app.JobAsync("scheduled"), app.Company.Tech);
        var (owner, tech, other) = (await app.SignedInAsync(), await app.SignedInAsync(app.Company.Tech), await app.SignedInAsync(south.Owner));
        object body = new { content = Jpeg.Of(8, 6), thumbnail = Jpeg.Of(4, 3) };
        var offices = (await (await owner.PostAsync($"/api/v1/visits/{visit}/photos", body)).DataAsync(HttpStatusCode.Created))["id"]!;
        var theirs = (await (await tech.PostAsync($"/api/v1/visits/{visit}/photos", body)).DataAsync(HttpStatusCode.Created))["id"]!;

        foreach (var path in new[] { $"visits/{visit}/photos", $"photos/{theirs}/content", $"photos/{theirs}/thumbnail" }) await (await other.ReadAsync($"/api/v1/{path}")).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        await (await other.DeleteAsync($"/api/v1/photos/{theirs}", Stop)).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        await (await tech.DeleteAsync($"/api/v1/photos/{offices}", Stop)).RefusedAsync(HttpStatusCode.Forbidden, "FORBIDDEN");
        Assert.Equal(HttpStatusCode.NoContent, (await tech.DeleteAsync($"/api/v1/photos/{theirs}", Stop)).StatusCode);
        // The visit goes to somebody else: what was seen there is their business now.
        Assert.Equal(HttpStatusCode.OK, (await owner.PatchAsync($"/api/v1/visits/{visit}", new { technician_ids = Array.Empty<Guid>() })).StatusCode);
        await (await tech.ReadAsync($"/api/v1/photos/{offices}/content")).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        Assert.Equal(HttpStatusCode.NoContent, (await owner.DeleteAsync($"/api/v1/photos/{offices}", Stop)).StatusCode);
        Assert.Equal(0L, await app.ValueAsync("select count(*) from visit_photos"));
    }

    [Fact]
    public void No_bytes_whatever_make_the_reader_fail_and_none_that_tell_more_get_through() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(
        (from cut in Gen.Choose(0, 120) from at in Gen.Choose(0, 119) from value in Gen.Choose(0, 255) select (cut, at, (byte)value)).ToArbitrary(), change =>
    {
        var file = Jpeg.Of(64, 48, behindScan: []);
        if (change.at < file.Length) file[change.at] = change.Item3;
        var found = JpegFile.Read(file.AsSpan(0, Math.Min(change.cut, file.Length)));
        Assert.True(found.Verdict is not JpegFile.Verdict.Good || change.cut >= file.Length);
        Assert.Equal(JpegFile.Verdict.TellsMore, JpegFile.Read(Jpeg.Of(64, 48, behindStart: Jpeg.Segment(0xE1, new byte[change.at]))).Verdict);
    }));
}
