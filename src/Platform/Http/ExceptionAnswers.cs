using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Npgsql;
using Outpost.Kernel;

namespace Outpost.Platform.Http;

/// <summary>The one place where an exception becomes an answer. Whatever is not the caller's doing is logged once and told without detail.</summary>
internal sealed partial class ExceptionAnswers(ErrorAnswers answers, ILogger<ExceptionAnswers> log) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (httpContext.RequestAborted.IsCancellationRequested)
        {
            Left(log, exception);
            httpContext.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }

        var failure = Explain(exception);
        if (failure.Status >= 500) Failed(log, exception);
        await answers.WriteAsync(httpContext, failure);
        return true;
    }

    private Failure Explain(Exception exception) => exception switch
    {
        RuleException rule => new(answers.Shape.StatusOf(rule.Code), rule.Message)
        {
            Code = rule.Code, Issues = rule.Field is null ? [] : [new(rule.Field, rule.Message)], Details = rule.Details,
        },
        LimitException limit => new(StatusCodes.Status429TooManyRequests, limit.Message)
        {
            Code = limit.Code, RetryAfter = limit.RetryAfter, Limit = limit.Limit, ResetsAt = limit.ResetsAt,
        },
        InvalidRequestException invalid => UnreadableRequest.Explain(invalid.Errors, answers.Shape),
        BadHttpRequestException unreadable => UnreadableRequest.Explain(unreadable, answers.Shape),
        _ when IsDatabaseLoss(exception) => answers.Shape.DatabaseUnreachable,
        _ => new(StatusCodes.Status500InternalServerError, "Something went wrong on our side."),
    };

    // A PostgresException is an answer of a server that can be reached, except for the codes with which it says that it is going away or full.
    private static bool IsDatabaseLoss(Exception exception) => exception switch
    {
        PostgresException { SqlState: ['5', '7', 'P', ..] or ['0', '8', ..] or "53300" } => true,
        PostgresException => false,
        NpgsqlException => true,
        _ => exception.InnerException is { } inner && IsDatabaseLoss(inner),
    };

    [LoggerMessage(LogLevel.Error, "request failed")]
    private static partial void Failed(ILogger log, Exception exception);

    [LoggerMessage(LogLevel.Debug, "the caller left before the answer was whole")]
    private static partial void Left(ILogger log, Exception exception);
}
