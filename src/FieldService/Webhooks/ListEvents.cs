using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Web;

namespace Outpost.FieldService.Webhooks;

/// <summary>What a webhook can ask to be told.</summary>
internal static class ListEvents
{
    public static Ok<One<IReadOnlyList<string>>> Handle() => Answers.Ok(WebhookEvents.All);
}
