using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Outpost.Testing;

namespace Outpost.Assistant.Tests.Web;

public sealed class BadInput(PostgresServer postgres)
{
    [Theory]
    [InlineData("""{"model":"gpt-99","messages":[{"role":"user","content":"x"}]}""", 404, "MODEL_UNKNOWN", "no model of that name")]
    [InlineData("""{"model":"unpriced","messages":[{"role":"user","content":"x"}]}""", 422, "PRICE_UNKNOWN", "unpriced")]
    [InlineData("""{"messages":[{"role":"user","content":"x"}""", 400, "VALIDATION_ERROR", "not JSON: line 1")]
    [InlineData("""{"messages":[]}""", 400, "VALIDATION_ERROR", "at least one message")]
    [InlineData("""{"messages":[{"role":"king","content":"x"}]}""", 400, "VALIDATION_ERROR", "Must be system")]
    [InlineData("""{"messages":[{"role":"user","content":7}]}""", 400, "VALIDATION_ERROR", "Must be text")]
    [InlineData("""{"messages":[{"role":"user","content":"x"}],"max_tokens":-5}""", 400, "VALIDATION_ERROR", "whole number from 1")]
    [InlineData("""{"messages":[{"role":"user","content":"x"}],"temperature":9}""", 400, "VALIDATION_ERROR", "from 0 to 2")]
    [InlineData("""{"messages":[{"role":"user","content":"x"}],"session_id":"no"}""", 400, "VALIDATION_ERROR", "UUID")]
    [InlineData("""{"model":"second","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]}]}""", 422, "MODEL_CANNOT", "vision")]
    [InlineData("""{"model":"second","messages":[{"role":"user","content":[{"type":"file","file":{"file_data":"data:application/pdf;base64,JVBERi0="}}]}]}""", 422, "MODEL_CANNOT", "documents")]
    [InlineData("""{"model":"first","messages":[{"role":"user","content":[{"type":"file","file":{"file_data":"data:application/pdf;base64,AAAA"}}]}]}""", 400, "VALIDATION_ERROR", "no PDF")]
    [InlineData("""{"model":"first","messages":[{"role":"user","content":[{"type":"file","file":{"file_data":"data:text/html;base64,AAAA"}}]}]}""", 400, "VALIDATION_ERROR", "Must be a PDF")]
    [InlineData("[]", 400, "VALIDATION_ERROR", "object")]
    [InlineData("", 400, "VALIDATION_ERROR", "not JSON")]
    public async Task Is_told_with_its_cause_and_asks_nobody(string body, int status, string code, string says)
    {
        await using var test = await AssistantUnderTest.StartAsync(postgres);
        using var client = await test.ProgramAsync("chat");

        var problem = await (await client.PostAsync("/api/chat/", new StringContent(body, Encoding.UTF8, "application/json"), AssistantUnderTest.Stop)).RefusedAsync((HttpStatusCode)status, code);

        Assert.Contains(says, problem.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }), StringComparison.Ordinal);
        Assert.Empty(test.Provider.Calls);
        Assert.Equal(0, await test.ValueAsync<long>("select count(*) from holds"));
    }

    [Theory]
    [InlineData("/api/chat")]
    [InlineData("/v1/chat/completions")]
    public async Task Two_hundred_megabytes_are_refused_before_they_are_read(string path)
    {
        await using var test = await AssistantUnderTest.StartAsync(postgres);
        using var client = await test.ProgramAsync("chat", "gateway");
        client.DefaultRequestHeaders.ExpectContinue = true;

        using var content = new StreamContent(new Zeros(200L << 20));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        content.Headers.ContentLength = 200L << 20;
        using var answer = await client.PostAsync(path, content, AssistantUnderTest.Stop);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Contains("larger than this address takes", await answer.Content.ReadAsStringAsync(AssistantUnderTest.Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Strangers_and_keys_of_other_scopes_get_no_further_than_the_gate()
    {
        await using var test = await AssistantUnderTest.StartAsync(postgres);
        using var stranger = test.Stranger();
        using var reader = await test.ProgramAsync("costs");
        using var wrong = test.WithKey($"ask_{Guid.NewGuid():N}_{new string('x', 43)}");

        await (await stranger.SendAsync("/api/chat", new { })).RefusedAsync(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
        await (await wrong.SendAsync("/api/chat", new { })).RefusedAsync(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
        await (await reader.SendAsync("/api/chat", new { })).RefusedAsync(HttpStatusCode.Forbidden, "FORBIDDEN");
        await (await reader.SendAsync("/api/costs/limits?per_day=1", new { })).RefusedAsync(HttpStatusCode.Forbidden, "FORBIDDEN");
        Assert.Equal("invalid_api_key", (string?)(await (await wrong.SendAsync("/v1/chat/completions", new { })).JsonAsync(HttpStatusCode.Unauthorized))["error"]!["code"]);
        await (await stranger.ReadAsync("/nothing")).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");
    }

    [Fact]
    public async Task A_Redis_that_is_not_there_takes_sessions_away_and_nothing_else()
    {
        await using var test = await AssistantUnderTest.StartAsync(postgres, null, ("REDIS_URL", "redis://127.0.0.1:1/0"));
        using var client = await test.ProgramAsync("chat");

        var refused = await (await client.SendAsync("/api/chat/sessions", new { })).RefusedAsync(HttpStatusCode.ServiceUnavailable, "SERVICE_UNAVAILABLE");

        Assert.Contains("Redis", (string?)refused["detail"], StringComparison.Ordinal);
        await (await client.SendAsync("/api/chat", new { messages = new[] { new { role = "user", content = "still there?" } } })).JsonAsync();
    }

    [Fact]
    public async Task A_database_that_is_not_there_spends_nothing_and_says_so()
    {
        await using var test = await AssistantUnderTest.StartAsync(postgres);
        using var client = await test.ProgramAsync("chat");
        await (await client.SendAsync("/api/chat", new { messages = new[] { new { role = "user", content = "one" } } })).JsonAsync();
        await test.SettledAsync();
        await SqlAsync($"alter database {test.Database.Name} connection limit 0");
        await SqlAsync("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'assistant_app' and datname = current_database()");

        var refused = await (await client.SendAsync("/api/chat", new { messages = new[] { new { role = "user", content = "two" } } })).RefusedAsync(HttpStatusCode.ServiceUnavailable, "SERVICE_UNAVAILABLE");

        Assert.NotNull((string?)refused["detail"]);
        Assert.Single(test.Provider.Calls);
        await SqlAsync($"alter database {test.Database.Name} connection limit -1");
        await (await client.SendAsync("/api/chat", new { messages = new[] { new { role = "user", content = "three" } } })).JsonAsync();

        async Task SqlAsync(string sql)
        {
            await using var command = test.Database.Superuser.CreateCommand(sql);
            await command.ExecuteNonQueryAsync(AssistantUnderTest.Stop);
        }
    }

    private sealed class Zeros(long length) : Stream
    {
        private long _at;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => length;

        public override long Position
        {
            get => _at;
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = (int)Math.Min(count, length - _at);
            Array.Fill(buffer, (byte)' ', offset, read);
            _at += read;
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
