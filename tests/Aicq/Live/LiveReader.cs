using System.Text;

namespace Outpost.Aicq.Tests.Live;

/// <summary>A program that reads a stream of events.</summary>
internal sealed class LiveReader : IAsyncDisposable
{
    private readonly HttpResponseMessage _answer;
    private readonly StreamReader _lines;

    private LiveReader(HttpResponseMessage answer, Stream stream) => (_answer, _lines) = (answer, new(stream, Encoding.UTF8));

    public HttpResponseMessage Answer => _answer;

    public static async Task<LiveReader> OpenAsync(HttpClient client, string path, string? lastSeen = null, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (lastSeen is not null) request.Headers.Add("Last-Event-ID", lastSeen);
        foreach (var (name, value) in headers) request.Headers.Add(name, value);
        var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, HubUnderTest.Stop);
        var reader = new LiveReader(answer, await answer.Content.ReadAsStreamAsync(HubUnderTest.Stop));
        // What it says first; from here on nothing is missed.
        if (answer.IsSuccessStatusCode) Assert.Equal("retry: 2000", await reader._lines.ReadLineAsync(HubUnderTest.Stop));
        return reader;
    }

    /// <summary>The next event, comments left out; null when the stream has ended.</summary>
    public async Task<(string? Id, string Kind, string Data)?> NextAsync()
    {
        string? id = null, kind = null, data = null;
        while (await _lines.ReadLineAsync(HubUnderTest.Stop) is { } line)
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal)) id = line[4..];
            else if (line.StartsWith("event: ", StringComparison.Ordinal)) kind = line[7..];
            else if (line.StartsWith("data: ", StringComparison.Ordinal)) data = line[6..];
            else if (line.Length == 0 && kind is not null) return (id, kind, data ?? "");
        }

        return null;
    }

    public ValueTask DisposeAsync()
    {
        _lines.Dispose();
        _answer.Dispose();
        return ValueTask.CompletedTask;
    }
}
