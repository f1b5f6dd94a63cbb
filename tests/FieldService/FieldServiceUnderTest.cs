using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Outpost.FieldService.Tests;
using Outpost.Platform.Configuration;
using Outpost.Platform.Http;
using Outpost.Platform.Migrations;
using Outpost.Testing;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace Outpost.FieldService.Tests;

/// <summary>A field service on a real Kestrel and a database of its own, with one company whose people can sign in.</summary>
public sealed class FieldServiceUnderTest : IAsyncDisposable
{
    public const string Password = "correct horse battery";
    public static readonly DateTimeOffset Start = new(2026, 11, 21, 15, 0, 0, TimeSpan.Zero);
    private static readonly string PasswordHash = Platform.Secrets.PasswordHash.Hash(Password);

    private FieldServiceUnderTest(TestDatabase database, WebApplication app, Clock clock, DirectoryInfo files) => (Database, App, Clock, Files) = (database, app, clock, files);

    public TestDatabase Database { get; }
    public WebApplication App { get; }
    public Clock Clock { get; }

    /// <summary>Where it keeps what people upload.</summary>
    public DirectoryInfo Files { get; }
    public Company Company { get; private set; } = null!;

    public Uri Address => App.Address();

    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static async Task<FieldServiceUnderTest> StartAsync(PostgresServer postgres, params (string Key, string Value)[] settings)
    {
        var database = await postgres.DatabaseAsync(MigrationSet.From(typeof(FieldServiceApp).Assembly), Stop);
        var clock = new Clock(Start);
        var files = Directory.CreateTempSubdirectory("outpost-files-");
        var app = FieldServiceApp.Build(SettingsOf(database).With([("FSM_FILES_DIR", files.FullName), .. settings]), database.AppSource, clock);
        await app.StartAsync(Stop);
        var service = new FieldServiceUnderTest(database, app, clock, files);
        service.Company = await service.CompanyAsync("north");
        return service;
    }

    /// <summary>A port that the system chooses, and a log that speaks of errors only.</summary>
    public static Settings SettingsOf(TestDatabase database) =>
        database.Settings.With(("FSM_PORT", "0"), ("AUTH_SECRET", "a secret of the tests, long enough to be one"), ("LOG_LEVEL", "error"));

    /// <summary>Another account with an owner, an admin and a technician.</summary>
    public async Task<Company> CompanyAsync(string name)
    {
        var company = new Company(Guid.CreateVersion7(), name, new(Guid.CreateVersion7(), $"owner@{name}.test"), new(Guid.CreateVersion7(), $"admin@{name}.test"), new(Guid.CreateVersion7(), $"tech@{name}.test"));
        await SqlAsync("insert into accounts (id, name, time_zone) values ($1, $2, 'America/New_York')", company.Account, name);
        foreach (var (person, role) in new[] { (company.Owner, "owner"), (company.Admin, "admin"), (company.Tech, "tech") })
        {
            await SqlAsync("insert into users (account_id, id, email, full_name, password_hash, role) values ($1, $2, $3, $4, $5, $6)",
                company.Account, person.Id, person.Email, $"{role} of {name}", PasswordHash, role);
        }

        return company;
    }

    public HttpClient Client() => new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = Address };

    /// <summary>A client that is signed in; the owner of <see cref="Company"/> unless another person is named.</summary>
    public async Task<HttpClient> SignedInAsync(Person? person = null)
    {
        var client = Client();
        var answer = await client.PostAsJsonAsync("/api/v1/auth/login", new { email = (person ?? Company.Owner).Email, password = Password }, Stop);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        client.DefaultRequestHeaders.Add("Cookie", answer.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);
        return client;
    }

    /// <summary>Runs SQL past row-level security, to prepare what the API cannot.</summary>
    public async Task<int> SqlAsync(string sql, params object[] values)
    {
        await using var command = Database.Superuser.CreateCommand(sql);
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        return await command.ExecuteNonQueryAsync(Stop);
    }

    /// <summary>Looks at the database past row-level security: the first column of the first row.</summary>
    public async Task<object?> ValueAsync(string sql, params object[] values)
    {
        await using var command = Database.Superuser.CreateCommand(sql);
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        return await command.ExecuteScalarAsync(Stop);
    }

    public async ValueTask DisposeAsync()
    {
        await App.StopAsync();
        await App.DisposeAsync();
        await Database.DisposeAsync();
        Files.Delete(recursive: true);
    }
}

public sealed record Company(Guid Account, string Name, Person Owner, Person Admin, Person Tech);

public sealed record Person(Guid Id, string Email);

internal static class Answering
{
    public static async Task<JsonObject> JsonAsync(this HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<JsonObject>(FieldServiceUnderTest.Stop))!;

    /// <summary>What is under <c>data</c>, after the status was seen to be the expected one.</summary>
    public static async Task<JsonNode> DataAsync(this HttpResponseMessage answer, HttpStatusCode expected = HttpStatusCode.OK)
    {
        var body = await answer.Content.ReadAsStringAsync(FieldServiceUnderTest.Stop);
        Assert.True(answer.StatusCode == expected, $"{(int)answer.StatusCode} instead of {(int)expected}: {body}");
        return JsonNode.Parse(body)!["data"]!;
    }

    /// <summary>Sees that the request was refused with this status and this published code.</summary>
    public static async Task<JsonNode> RefusedAsync(this HttpResponseMessage answer, HttpStatusCode expected, string code)
    {
        var body = await answer.Content.ReadAsStringAsync(FieldServiceUnderTest.Stop);
        Assert.True(answer.StatusCode == expected, $"{(int)answer.StatusCode} instead of {(int)expected}: {body}");
        var error = JsonNode.Parse(body)!["error"]!;
        Assert.Equal(code, (string?)error["code"]);
        return error;
    }

    public static Task<HttpResponseMessage> PostAsync(this HttpClient client, string path, object body, string? idempotencyKey = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        if (idempotencyKey is not null) request.Headers.Add("Idempotency-Key", idempotencyKey);
        return client.SendAsync(request, FieldServiceUnderTest.Stop);
    }

    public static Task<HttpResponseMessage> PatchAsync(this HttpClient client, string path, object body) =>
        client.PatchAsJsonAsync(path, body, FieldServiceUnderTest.Stop);

    public static Task<HttpResponseMessage> ReadAsync(this HttpClient client, string path) => client.GetAsync(path, FieldServiceUnderTest.Stop);
}
