using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Npgsql;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Live;

/// <summary>
/// An open page hears what others change, as server-sent events: <c>hello</c>, <c>change</c>, <c>reset</c> (more has happened than is told: read the page again) and
/// <c>editors</c> (who else has the same thing open to change it). It goes on where it was with <c>Last-Event-ID</c>.
/// </summary>
internal static class WatchChanges
{
    /// <summary>Then the page comes again, and the gate looks whether it still may.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    // What is about one's own sign-in or the service's inner life is no news for a page.
    private static readonly HashSet<string> Untold = ["session", "failed_login", "api_key", "webhook", "calendar_feed"];

    public static async Task Handle(
        HttpContext http, CurrentUser user, LiveFeeds feeds, NpgsqlDataSource source, Tenants tenants, TimeProvider clock, [FromQuery] string? about, [FromQuery] string? editing,
        [FromQuery(Name = "last_event_id")] string? seen, CancellationToken ct)
    {
        var thing = Thing.Of(about);
        if (http.Request.Headers["Last-Event-ID"].ToString() is { Length: > 0 } header) seen = header;
        var feed = feeds.Join(user.Account);
        var page = Guid.CreateVersion7();
        var isEditing = thing is not null && editing is "true" && (user.IsOffice || thing.Kind is "visit");
        try
        {
            await feed.ReadyAsync(ct);
            if (isEditing)
            {
                await using var db = tenants.Open(user.Tenant);
                await LiveSql.Open(db, user, page, thing!, clock.GetUtcNow(), ct);
            }

            await new Stream(http, feed, feeds, user, thing, page, clock)
            {
                StillOpen = isEditing ? async () =>
                {
                    await using var db = tenants.Open(user.Tenant);
                    await LiveSql.IsStillOpen(db, user, page, clock.GetUtcNow(), ct);
                } : null,
            }.RunAsync(long.TryParse(seen, NumberStyles.None, CultureInfo.InvariantCulture, out var place) ? place : null, ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The page was closed; nobody is there to be answered.
        }
        finally
        {
            feeds.Leave(feed);
            if (isEditing) await CloseAsync(tenants, user, page);
        }
    }

    private static async Task CloseAsync(Tenants tenants, CurrentUser user, Guid page)
    {
        try
        {
            await using var db = tenants.Open(user.Tenant);
            await LiveSql.Close(db, user, page, CancellationToken.None);
        }
        catch (NpgsqlException)
        {
            // It is forgotten by its time.
        }
    }

    private sealed class Stream(HttpContext http, AccountFeed feed, LiveFeeds feeds, CurrentUser user, Thing? thing, Guid page, TimeProvider clock)
    {
        private readonly ArrayBufferWriter<byte> _out = new(512);
        private string _editors = "[]";
        private long _sent;

        /// <summary>Tells that the editor is still open; null when there is none.</summary>
        public Func<Task>? StillOpen { get; init; }

        public async Task RunAsync(long? seen, CancellationToken ct)
        {
            var until = clock.GetUtcNow() + Longest;
            var position = feed.End;
            var missed = seen is { } place ? await feed.BehindAsync(place, ct) : [];
            _sent = Math.Min(seen ?? feed.Seq, feed.Seq);
            Open();
            Write($"id: {_sent}\nevent: hello\ndata: {{}}\n\n");
            foreach (var change in missed) Tell(change);
            TellEditors();
            await FlushAsync(ct);
            while (!feeds.Ended && !ct.IsCancellationRequested && clock.GetUtcNow() < until)
            {
                // Taken before looking, so that what comes between the two is not slept through.
                var news = feed.News;
                while (feed.Next(ref position) is { } change) Tell(change);
                TellEditors();
                if (_out.WrittenCount == 0)
                {
                    var before = (feed.End, feed.Editors);
                    await news.WaitAsync(ct);
                    if (feed.End != before.End || !ReferenceEquals(feed.Editors, before.Editors) || feeds.Ended) continue;

                    // A beat of the heart: proxies cut what is silent, and a dead connection shows only when it is written to.
                    Write(": \n\n");
                    if (StillOpen is not null) await StillOpen();
                }

                await FlushAsync(ct);
            }
        }

        private void Open()
        {
            var response = http.Response;
            response.ContentType = "text/event-stream";
            response.Headers.CacheControl = "no-store";
            // nginx would otherwise keep events until it has a whole buffer of them.
            response.Headers["X-Accel-Buffering"] = "no";
            Write("retry: 2000\n");
        }

        private void Tell(Change change)
        {
            if (change.Seq <= _sent && !change.IsGap) return;

            _sent = Math.Max(_sent, change.Seq);
            if (change.IsGap)
            {
                Write($"id: {change.Seq}\nevent: reset\ndata: {{}}\n\n");
                return;
            }

            if (Untold.Contains(change.Kind) || !(user.IsOffice || change.Crew.Contains(user.Id.Value))) return;

            var said = new
            {
                change.Kind, change.Id, change.Action, change.VisitId, change.JobId, By = change.Actor, Mine = change.ActorId == user.Id.Value,
            };
            Write($"id: {change.Seq}\nevent: change\ndata: {JsonSerializer.Serialize(said, WireJson.Options)}\n\n");
        }

        private void TellEditors()
        {
            if (thing is null) return;

            var names = feed.Editors.Where(editor => editor.Page != page && editor.EntityType == thing.Kind && editor.EntityId == thing.Id)
                .Select(editor => editor.UserId == user.Id.Value ? "" : editor.FullName).Distinct();
            var said = JsonSerializer.Serialize(names, WireJson.Options);
            if (said == _editors) return;

            _editors = said;
            Write($"event: editors\ndata: {said}\n\n");
        }

        private void Write(string text) => Encoding.UTF8.GetBytes(text, _out);

        private async Task FlushAsync(CancellationToken ct)
        {
            await http.Response.Body.WriteAsync(_out.WrittenMemory, ct);
            await http.Response.Body.FlushAsync(ct);
            _out.ResetWrittenCount();
        }
    }
}
