using System.Net;
using Outpost.FieldService.Portal;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Portal;

public sealed class AskingForWork(PostgresServer postgres)
{
    private static CancellationToken Stop => FieldServiceUnderTest.Stop;

    [Fact]
    public async Task Becomes_a_client_and_a_job()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var office = await OpenAsync(app);

        var asked = await AskAsync(app.Client(), ("name", "Ada"), ("phone", "402 555 0100"), ("wish", "The boiler knocks.\nSince Monday."), ("address", "1 Elm Street"), ("preferred_on", "2026-11-30"));
        Assert.Equal("/book/our-company?sent=true", asked.Headers.Location!.ToString());
        var id = (await app.ValueAsync("select id from booking_requests"))!.ToString()!;
        var taken = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => office.PostAsync("/app/requests?handler=Take", new FormUrlEncodedContent([new("id", id)]), Stop)));

        Assert.Single(taken, answer => answer.StatusCode is HttpStatusCode.SeeOther);
        Assert.Equal("The boiler knocks.|Ada|402 555 0100|draft", await app.ValueAsync("select concat_ws('|', j.title, c.name, c.phone, j.status) from jobs j join clients c on c.id = j.client_id"));
        Assert.Equal(1L, await app.ValueAsync("select count(*) from clients"));

        await AskAsync(app.Client(), ("name", "Ada L."), ("phone", "402 555 0100"), ("wish", "It knocks again."));
        var again = (await app.ValueAsync("select id from booking_requests where status = 'new'"))!.ToString()!;
        await office.PostAsync("/app/requests?handler=Take", new FormUrlEncodedContent([new("id", again)]), Stop);
        Assert.Equal(1L, await app.ValueAsync("select count(*) from clients"));
        Assert.Equal(2L, await app.ValueAsync("select count(*) from jobs"));
    }

    [Theory]
    [InlineData("Ada", "", "", "Work")]
    [InlineData("", "402 555 0100", "", "Work")]
    [InlineData("Ada", "402 555 0100", "", " ")]
    [InlineData("Ada", "", "no address", "Work")]
    public async Task Needs_a_name_a_wish_and_a_way_to_answer(string name, string phone, string email, string wish)
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        await OpenAsync(app);

        var answer = await AskAsync(app.Client(), ("name", name), ("phone", phone), ("email", email), ("wish", wish));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("how we reach you", await answer.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        Assert.Equal(0L, await app.ValueAsync("select count(*) from booking_requests"));
    }

    [Fact]
    public async Task A_program_that_fills_in_everything_is_thanked_and_forgotten()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        await OpenAsync(app);

        var answer = await AskAsync(app.Client(), ("name", "Bot"), ("phone", "1"), ("wish", "Buy"), ("website", "https://spam.example"));

        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        Assert.Equal(0L, await app.ValueAsync("select count(*) from booking_requests"));
    }

    [Fact]
    public async Task Nobody_asks_without_end()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        await OpenAsync(app);
        var client = app.Client();

        var answers = await Task.WhenAll(Enumerable.Range(0, AskForWork.PerSender + 3).Select(i => AskAsync(client, ("name", $"Ada {i}"), ("phone", "402 555 0100"), ("wish", "Work"))));

        Assert.Equal(AskForWork.PerSender, answers.Count(answer => answer.StatusCode is HttpStatusCode.SeeOther));
        Assert.Equal(3, answers.Count(answer => answer.StatusCode is HttpStatusCode.TooManyRequests));
        Assert.Equal((long)AskForWork.PerSender, await app.ValueAsync("select count(*) from booking_requests"));
    }

    [Fact]
    public async Task A_closed_form_is_not_there_and_an_address_is_one_companys()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var office = await OpenAsync(app);
        var other = await app.SignedInAsync((await app.CompanyAsync("elsewhere")).Owner);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await SaveFormAsync(other, "our-company", true)).StatusCode);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await SaveFormAsync(other, "No way!", true)).StatusCode);
        await SaveFormAsync(office, "our-company", false);

        Assert.Equal(HttpStatusCode.NotFound, (await app.Client().ReadAsync("/book/our-company")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await AskAsync(app.Client(), ("name", "Ada"), ("phone", "1"), ("wish", "Work"))).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await app.Client().ReadAsync("/book/nobody")).StatusCode);
    }

    private static async Task<HttpClient> OpenAsync(FieldServiceUnderTest app)
    {
        var office = await app.SignedInAsync();
        Assert.Equal(HttpStatusCode.SeeOther, (await SaveFormAsync(office, "our-company", true)).StatusCode);
        return office;
    }

    private static Task<HttpResponseMessage> SaveFormAsync(HttpClient office, string slug, bool open) =>
        office.PostAsync("/app/requests?handler=Form", new FormUrlEncodedContent([new("slug", slug), new("open", open ? "true" : "false"), new("greeting", "")]), Stop);

    private static Task<HttpResponseMessage> AskAsync(HttpClient client, params (string Name, string Value)[] fields) =>
        client.PostAsync("/book/our-company", new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value))), Stop);
}
