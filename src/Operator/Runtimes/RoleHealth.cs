using Outpost.Platform.Http;
using Outpost.Platform.Processes;

namespace Outpost.Operator.Runtimes;

/// <summary>Asks roles over HTTP whether they are healthy.</summary>
public static class RoleHealth
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(25), OneAnswer = TimeSpan.FromSeconds(5);

    /// <exception cref="TroubleException">One is not healthy at the deadline.</exception>
    public static async Task AllWithinAsync(IEnumerable<RunningRole> roles, TimeSpan deadline, LogFile log, TimeProvider clock, CancellationToken ct)
    {
        using var client = OutgoingHttp.Client(OneAnswer);
        var start = clock.GetTimestamp();
        foreach (var role in roles)
        {
            while (role.Health is { } health && await ProblemAsync(client, health, ct) is { } problem)
            {
                if (clock.GetElapsedTime(start) > deadline)
                {
                    throw new TroubleException(TroubleKind.Failed, $"{role.Role.Name} is not healthy after {deadline.TotalSeconds:0} s", $"look at its log: less {log.Path}", $"{health} {problem}");
                }

                await Task.Delay(Glance, clock, ct);
            }
        }
    }

    /// <summary>Null when it answers that all is well.</summary>
    public static async Task<string?> ProblemAsync(HttpClient client, Uri health, CancellationToken ct)
    {
        try
        {
            using var answer = await client.GetAsync(health, ct);
            return answer.IsSuccessStatusCode ? null : $"answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(ct)}";
        }
        catch (HttpRequestException e)
        {
            return $"does not answer: {e.Message}";
        }
        catch (TaskCanceledException) when (!ct.IsCancellationRequested)
        {
            return $"does not answer within {OneAnswer.TotalSeconds:0} s";
        }
    }
}
