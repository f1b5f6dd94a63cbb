using Outpost.Operator.Runtimes;

namespace Outpost.Operator.Schedules;

/// <summary>The same schedules for those who leave the clock to the system: units of systemd, or lines of a crontab.</summary>
internal static class TimerUnits
{
    /// <summary>Marks our lines in a crontab, so that installing twice leaves one of each.</summary>
    public const string Mark = "# outpost:";

    /// <param name="outpost">The whole path of the command.</param>
    public static IEnumerable<(string File, string Text)> Systemd(IEnumerable<Schedule> schedules, string outpost, DataDirectory data, string directory)
    {
        foreach (var schedule in schedules)
        {
            yield return ($"outpost-{schedule.Name}.service", $"""
                [Unit]
                Description=Outpost: {schedule.Summary}
                After=network-online.target
                Wants=network-online.target

                [Service]
                Type=oneshot
                WorkingDirectory={directory}
                Environment=OUTPOST_DATA={data.Path}
                ExecStart={outpost} {schedule.Words}
                Nice=10
                IOSchedulingClass=idle
                TimeoutStartSec=6h

                """);
            yield return ($"outpost-{schedule.Name}.timer", $"""
                [Unit]
                Description=Outpost: {schedule.Summary}

                [Timer]
                OnCalendar={schedule.OnCalendar}
                Persistent=true
                RandomizedDelaySec=60

                [Install]
                WantedBy=timers.target

                """);
        }
    }

    public static IEnumerable<string> Crontab(IEnumerable<Schedule> schedules, string outpost, DataDirectory data, string directory) =>
        schedules.SelectMany(s => (string[])
        [
            $"{Mark} {s.Summary}",
            $"{s.Cron} cd {directory} && OUTPOST_DATA={data.Path} {outpost} {s.Words} >> {data.Logs}/{s.Name}.log 2>&1",
        ]);

    /// <summary>A crontab with our lines in it once, whatever it held before.</summary>
    public static string Merged(string crontab, IEnumerable<string> ours)
    {
        var kept = new List<string>();
        var lines = crontab.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            // Ours are two lines each: the mark, and what it stands for.
            if (lines[i].StartsWith(Mark, StringComparison.Ordinal)) i++;
            else kept.Add(lines[i]);
        }

        return string.Join('\n', kept).TrimEnd('\n') + (kept.Any(l => l.Length > 0) ? "\n" : "") + string.Join('\n', ours) + "\n";
    }
}
