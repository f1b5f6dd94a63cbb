using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Outpost.Assistant.Catalogue;

namespace Outpost.Assistant.Providers.Practice;

/// <summary>Answers one call after its script.</summary>
internal sealed class PracticeAnswer
{
    private const int HugeLine = 32 * 1024 * 1024;

    private readonly PracticeProvider _practice;
    private readonly HttpContext _http;
    private readonly IVoice _voice;
    private readonly PracticeCall _call;
    private readonly Script _script;
    private readonly CancellationToken _gone;
    private Usage _billed;
    private bool _refused;
    private bool _booked;
    private bool _begun;

    private PracticeAnswer(PracticeProvider practice, HttpContext http, IVoice voice, PracticeCall call, Script script) =>
        (_practice, _http, _voice, _call, _script, _gone) = (practice, http, voice, call, script, http.RequestAborted);

    private Usage Input => new()
    {
        UncachedInput = Math.Max(0, _call.Input - _script.CacheRead - _script.CacheWrite5m - _script.CacheWrite1h),
        CacheRead = _script.CacheRead,
        CacheWrite5m = _script.CacheWrite5m,
        CacheWrite1h = _script.CacheWrite1h,
    };

    public static async Task GiveAsync(PracticeProvider practice, HttpContext http, IVoice voice, string? model)
    {
        PracticeCall call;
        try
        {
            using var body = await JsonDocument.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted);
            var (named, stream, most, input) = voice.Read(body.RootElement);
            call = new(voice.Api, model ?? named, http.Request.Headers["x-client-request-id"], stream, input, most, practice.Clock.GetTimestamp()) { Key = KeyOf(http.Request.Headers) };
        }
        catch (JsonException)
        {
            await WriteErrorAsync(http, voice, StatusCodes.Status400BadRequest, money: false, null, null);
            return;
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            return;
        }

        var answer = new PracticeAnswer(practice, http, voice, call, practice.ScriptFor(call));
        var watch = http.RequestAborted.UnsafeRegister(_ => call.SocketClosed(practice.Clock.GetTimestamp()), null);
        try
        {
            await answer.AnswerAsync();
        }
        catch (Exception e) when (http.RequestAborted.IsCancellationRequested && e is OperationCanceledException or IOException)
        {
            // The caller went away: what was produced until then is billed.
            answer._billed = answer.Total();
        }
        finally
        {
            await watch.DisposeAsync();
            answer.Book();
        }
    }

    private static string? KeyOf(IHeaderDictionary headers) => headers["x-api-key"] is [{ } anthropic] ? anthropic
        : headers["x-goog-api-key"] is [{ } google] ? google
        : headers.Authorization is [{ } bearer] && bearer.StartsWith("Bearer ", StringComparison.Ordinal) ? bearer["Bearer ".Length..]
        : null;

    private static async Task WriteErrorAsync(HttpContext http, IVoice voice, int status, bool money, int? retryAfterSeconds, string? echo)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        http.Response.Headers["request-id"] = "req_practice";
        if (retryAfterSeconds is { } seconds && voice.Api != "gemini") http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        await http.Response.WriteAsync(voice.ErrorBody(status, money, retryAfterSeconds, echo), http.RequestAborted);
    }

    // Before the last byte leaves: whoever has the whole answer finds it on the bill.
    private void Book()
    {
        if (_booked) return;

        _booked = true;
        _practice.Ended(_call, _billed, _refused);
    }

    // A provider that does not tell buckets apart bills them together; this one counts a token when it begins.
    private Usage Total(bool complete = false)
    {
        var usage = Input with { VisibleOutput = _call.Produced, Reasoning = complete ? _script.Reasoning : 0 };
        return _voice.Api == "anthropic"
            ? usage with { VisibleOutput = Math.Max(_begun ? 1 : 0, usage.Output), Reasoning = 0 }
            : usage with { UncachedInput = usage.UncachedInput + usage.CacheWrite5m + usage.CacheWrite1h, CacheWrite5m = 0, CacheWrite1h = 0 };
    }

    private Usage? Reported() => _script.Report switch
    {
        UsageReport.Absent => null,
        UsageReport.Zero => default(Usage),
        UsageReport.Impossible => Total(complete: true) with { UncachedInput = -5, CacheRead = _call.Input + 5 },
        _ => Total(complete: true),
    };

    private async Task AnswerAsync()
    {
        _billed = Total();
        if (_script.HeaderDelayMs > 0) await Task.Delay(TimeSpan.FromMilliseconds(_script.HeaderDelayMs), _practice.Clock, _gone);
        if (_script.Until is { } done) await done.WaitAsync(_gone);
        if (_script.Status is { } status)
        {
            // Whoever gives up in the middle of the work bills what it read.
            _refused = status is not (StatusCodes.Status408RequestTimeout or StatusCodes.Status504GatewayTimeout);
            _billed = _refused ? default : Total();
            Book();
            await WriteErrorAsync(_http, _voice, status, _script.Money, _script.RetryAfterSeconds, _script.Echo);
            return;
        }

        if (_script.Mishap == Mishap.WebPage)
        {
            Book();
            _http.Response.ContentType = "text/html";
            await _http.Response.WriteAsync("<html><body>Down for maintenance</body></html>", _gone);
            return;
        }

        _http.Response.Headers["request-id"] = "req_practice";
        if (_call.Stream) await StreamAsync();
        else await WholeAsync();
    }

    private async Task WholeAsync()
    {
        var (pieces, reason) = Pieces();
        foreach (var piece in pieces) _call.Say(piece.Bytes);
        _billed = Total(complete: true);
        Book();
        _http.Response.ContentType = "application/json";
        var body = System.Text.Encoding.UTF8.GetBytes(_voice.Whole(_call.Model, pieces, reason, Reported()));
        if (_script.Mishap == Mishap.None)
        {
            _http.Response.ContentLength = body.Length;
            await _http.Response.Body.WriteAsync(body, _gone);
            return;
        }

        await _http.Response.Body.WriteAsync(body.AsMemory(0, body.Length / 2), _gone);
        await _http.Response.Body.FlushAsync(_gone);
        await BreakAsync(null);
    }

    private async Task StreamAsync()
    {
        var (pieces, reason) = Pieces();
        _http.Response.ContentType = "text/event-stream; charset=utf-8";
        _http.Response.Headers.CacheControl = "no-cache";
        _begun = true;
        var to = new EventWriter(_http.Response.Body, _script, _gone);
        foreach (var frame in _voice.Head(_call.Model, _script.Report == UsageReport.Absent ? null : Input)) await to.WriteAsync(frame);

        for (var i = 0; i < pieces.Count || _script.Endless; i++)
        {
            if (i == _script.After && _script.Mishap != Mishap.None)
            {
                await BreakAsync(to);
                return;
            }

            if (_script.TokenDelayMs > 0) await Task.Delay(TimeSpan.FromMilliseconds(_script.TokenDelayMs), _practice.Clock, _gone);
            var piece = pieces[i % pieces.Count];
            foreach (var frame in _voice.Say(piece, i)) await to.WriteAsync(frame);
            _call.Say(piece.Bytes);
            if (_script.TokenDelayMs > 0 || _script.Endless) await to.FlushAsync();
        }

        if (_script.Mishap != Mishap.None)
        {
            await BreakAsync(to);
            return;
        }

        _billed = Total(complete: true);
        Book();
        foreach (var frame in _voice.Tail(_call.Model, pieces, reason, Reported(), _script.Report)) await to.WriteAsync(frame);
        await to.FlushAsync();
    }

    private async Task BreakAsync(EventWriter? to)
    {
        if (to is not null)
        {
            _billed = Total();
            Book();
            await to.FlushAsync();
        }

        var socket = _http.Features.GetRequiredFeature<IConnectionSocketFeature>().Socket;
        switch (_script.Mishap)
        {
            case Mishap.Close:
                socket.Shutdown(SocketShutdown.Send);
                await Task.Delay(Timeout.InfiniteTimeSpan, _practice.Clock, _gone);
                break;
            case Mishap.Reset:
                socket.LingerState = new(true, 0);
                socket.Close();
                break;
            case Mishap.Silence:
                await Task.Delay(Timeout.InfiniteTimeSpan, _practice.Clock, _gone);
                break;
            case Mishap.Error when to is not null:
                await to.WriteAsync(_voice.ErrorEvent());
                await to.FlushAsync();
                break;
            case Mishap.BrokenJson when to is not null:
                await to.WriteAsync(Voices.Data("{\"type\":\"content_block_delta\",\"delta\":{\"te"));
                await to.FlushAsync();
                await Task.Delay(Timeout.InfiniteTimeSpan, _practice.Clock, _gone);
                break;
            case Mishap.HugeLine when to is not null:
                var piece = new string('x', 64 * 1024);
                await to.WriteAsync("data: ");
                for (var sent = 0; sent < HugeLine; sent += piece.Length) await to.WriteAsync(piece);
                await to.FlushAsync();
                break;
        }
    }

    // No more than was asked for: then the answer ends early, and says so.
    private (List<Piece> Pieces, EndReason Reason) Pieces()
    {
        var pieces = new List<Piece>();
        if (_script.Thinking is { } thinking) pieces.AddRange(Words(thinking).Select(word => new Piece(PieceKind.Thinking, word)));
        if ((_script.Text ?? (_script.Tools.Count > 0 ? "" : PracticeProvider.Sentence)) is { Length: > 0 } text) pieces.AddRange(Words(text).Select(word => new Piece(PieceKind.Text, word)));
        for (var i = 0; i < _script.Tools.Count; i++)
        {
            var index = i;
            pieces.Add(new(PieceKind.ToolStart, _script.Tools[i].Name, i));
            pieces.AddRange(Fragments(_script.Tools[i].Arguments).Select(fragment => new Piece(PieceKind.ToolArguments, fragment, index)));
        }

        long bytes = 0;
        for (var i = 0; i < pieces.Count; i++)
        {
            bytes += pieces[i].Bytes;
            if ((bytes + 2) / 3 > _call.MaxOutput) return (pieces[..i], EndReason.Length);
        }

        return (pieces, _script.Tools.Count > 0 ? EndReason.Tools : EndReason.Stop);
    }

    private static IEnumerable<string> Words(string text)
    {
        var start = 0;
        for (var i = 1; i < text.Length; i++)
        {
            if (text[i - 1] is not (' ' or '\n')) continue;

            yield return text[start..i];
            start = i;
        }

        yield return text[start..];
    }

    private static IEnumerable<string> Fragments(string json)
    {
        for (var at = 0; at < json.Length; at += 7) yield return json[at..Math.Min(json.Length, at + 7)];
    }
}
