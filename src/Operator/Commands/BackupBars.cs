using Outpost.Operator.Backups;
using Spectre.Console;

namespace Outpost.Operator.Commands;

/// <summary>A bar for each part on a terminal, measured by what it had the last time; nothing where nobody looks.</summary>
internal static class BackupBars
{
    public static async Task<T> WatchAsync<T>(Func<BackupProgress?, Task<T>> work)
    {
        if (Console.IsErrorRedirected || Console.IsOutputRedirected) return await work(null);

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return await console.Progress()
            .HideCompleted(false)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .StartAsync(context =>
            {
                var bars = new Dictionary<string, ProgressTask>(StringComparer.Ordinal);
                return work((part, bytes, before) =>
                {
                    if (!bars.TryGetValue(part, out var bar)) bar = bars[part] = context.AddTask(Markup.Escape(part), maxValue: 1);
                    bar.IsIndeterminate = before is null;
                    bar.MaxValue = Math.Max(before ?? bytes, bytes);
                    bar.Value = bytes;
                });
            });
    }
}
