using Microsoft.AspNetCore.Http;

namespace Outpost.Platform.Http;

/// <summary>Where the framework would write its own problem details, for failed validation above all, the service's shape is written instead.</summary>
internal sealed class ProblemAnswers(ErrorAnswers answers) : IProblemDetailsService
{
    public async ValueTask WriteAsync(ProblemDetailsContext context) => await TryWriteAsync(context);

    public async ValueTask<bool> TryWriteAsync(ProblemDetailsContext context)
    {
        if (context.HttpContext.Response.HasStarted) return false;

        if (context.ProblemDetails is HttpValidationProblemDetails invalid)
            await answers.WriteAsync(context.HttpContext, UnreadableRequest.Explain(invalid.Errors, answers.Shape));
        else
            await answers.WriteAsync(context.HttpContext, context.ProblemDetails.Status ?? context.HttpContext.Response.StatusCode);
        return true;
    }
}
