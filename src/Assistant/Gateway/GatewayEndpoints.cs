using Outpost.Assistant.Asking;
using Outpost.Assistant.Web;
using Outpost.Platform.Http;

namespace Outpost.Assistant.Gateway;

/// <summary>OpenAI's API, as far as tools that chat need it: whoever points one here is held to the limits.</summary>
internal static class GatewayEndpoints
{
    public static void MapGateway(this IEndpointRouteBuilder app)
    {
        var gateway = app.MapGroup("/v1").WithTags("OpenAI-compatible");

        gateway.MapPost("/chat/completions", CompleteChat.Handle).Requires(Ability.UseGateway).CountsAs(CallKind.Gateway).WithBodyLimit(MessageReader.BodyLimit).WithSummary("Answer a conversation, streamed or whole");
        gateway.MapPost("/embeddings", Embed.Handle).Requires(Ability.UseGateway).CountsAs(CallKind.Gateway).WithBodyLimit(MessageReader.BodyLimit).WithSummary("Vectors of texts");
        gateway.MapGet("/models", ListModels.Handle).Requires(Ability.UseGateway).CountsAs(CallKind.Gateway).WithSummary("The models that can be asked");
        gateway.MapGet("/models/{**name}", ListModels.HandleOne).Requires(Ability.UseGateway).CountsAs(CallKind.Gateway).WithSummary("One model");
    }
}
