using System.Net;
using System.Net.Http.Headers;

namespace Outpost.FieldService.Tests.ApiKeys;

/// <summary>Makes API keys over the API, and clients that call with them.</summary>
internal static class Keyring
{
    public static async Task<(Guid Id, string Key)> KeyAsync(this HttpClient person, params string[] scopes)
    {
        var made = await (await person.PostAsync("/api/v1/api-keys", new { name = "A program", scopes })).DataAsync(HttpStatusCode.Created);
        return ((Guid)made["api_key"]!["id"]!, (string)made["key"]!);
    }

    public static HttpClient With(this FieldServiceUnderTest app, string key)
    {
        var client = app.Client();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return client;
    }
}
