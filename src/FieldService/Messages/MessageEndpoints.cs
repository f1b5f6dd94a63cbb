using Outpost.FieldService.Web;

namespace Outpost.FieldService.Messages;

internal static class MessageEndpoints
{
    public static void MapMessages(this IEndpointRouteBuilder app)
    {
        var messages = app.MapGroup("/api/v1/messages").WithTags("Messages");
        messages.MapGet("", ListMessages.Handle).Requires(Ability.ManageMessages).WithSummary("What was said to clients and what waits to be, newest first");
        messages.MapGet("/{id}", GetMessage.Handle).Requires(Ability.ManageMessages).WithVersion().WithSummary("One message with its text");
        messages.MapPost("/{id}/retry", MoveMessage.Retry).Requires(Ability.ManageMessages).WithSummary("Send a message again that failed, was stopped, or may not have arrived");
        messages.MapPost("/{id}/cancel", MoveMessage.Cancel).Requires(Ability.ManageMessages).WithSummary("Stop a message that waits, or settle one that may have arrived");

        var templates = app.MapGroup("/api/v1/message-templates").WithTags("Messages");
        templates.MapGet("", ListTemplates.Handle).Requires(Ability.ManageMessages).WithSummary("How messages are worded, and what they may speak of");
        templates.MapGet("/{template}", ListTemplates.One).Requires(Ability.ManageMessages).WithVersion().WithSummary("How one message is worded: visit_reminder.email");
        templates.MapPut("/{template}", ChangeTemplate.Handle).Requires(Ability.ManageMessages).Versioned("template", MessageTemplateSql.LockVersion).WithSummary("Word a message in one's own way");
        templates.MapDelete("/{template}", ChangeTemplate.Reset).Requires(Ability.ManageMessages).Versioned("template", MessageTemplateSql.LockVersion).WithSummary("Word a message as Outpost does");
        templates.MapPost("/{template}/preview", PreviewTemplate.Handle).Requires(Ability.ManageMessages).WithSummary("A message as a client would read it, about something real");
    }
}
