using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.Assistant.Routing;
using Outpost.Assistant.Web;
using Outpost.Platform.Postgres;

namespace Outpost.Assistant.Chat;

/// <summary>Begins a session, in a new conversation or in one of one's own that was begun before.</summary>
internal static class StartSession
{
    /// <param name="Model">Who answers unless a message says otherwise; left out, auto.</param>
    /// <param name="System">What the model is told before everything else.</param>
    public sealed record Request(
        Guid? ConversationId, [property: StringLength(200)] string? Model, [property: StringLength(100_000)] string? System, [property: StringLength(Titles.Longest)] string? Title);

    /// <param name="ExpiresIn">Seconds from its last use.</param>
    public sealed record Response(Guid SessionId, Guid ConversationId, string Model, int ExpiresIn);

    public static async Task<Created<Response>> Handle(Request? request, Caller caller, Sessions sessions, ReadDb lookup, Db db, TimeProvider clock, CancellationToken ct)
    {
        var asked = request ?? new(null, null, null, null);
        if (asked.System?.Contains('\0') is true) throw ChatRules.NoNul("system");
        if (asked.Title?.Contains('\0') is true) throw ChatRules.NoNul("title");

        var id = asked.ConversationId ?? Guid.CreateVersion7();
        var model = asked.Model is { Length: > 0 } named ? named : null;
        if (asked.ConversationId is not null)
        {
            var known = await ConversationSql.Find(lookup, caller.Owner, id, ct) ?? throw ChatRules.NoConversation();
            model ??= known.Model;
        }

        var session = new Session(Guid.NewGuid(), id, caller.Owner, model ?? Router.Auto);
        // Redis first: a session that leads nowhere ends by itself, a conversation without one would stay.
        await sessions.KeepAsync(session, ct);
        if (asked.ConversationId is null)
        {
            await ConversationSql.Insert(db, id, caller.Owner, string.IsNullOrWhiteSpace(asked.Title) ? Titles.None : asked.Title.Trim(), string.IsNullOrEmpty(asked.System) ? null : asked.System, session.Model, clock.GetUtcNow(), ct);
            await db.CommitAsync(ct);
        }

        return TypedResults.Created($"/api/chat/sessions/{session.Id}", new Response(session.Id, id, session.Model, (int)sessions.Lifetime.TotalSeconds));
    }
}
