using System.Globalization;
using Outpost.Platform.Configuration;

namespace Outpost.Operator.Schedules;

/// <summary>Something that is done by the clock on this machine's wall: every day, or on one day of each month.</summary>
/// <param name="Name">As its timer is called: <c>backup</c>.</param>
/// <param name="Words">What is typed after <c>outpost</c>.</param>
/// <param name="Summary">One line for those who find the timer.</param>
/// <param name="Day">Of the month, from 1 to 28; null for every day.</param>
internal sealed record Schedule(string Name, string Words, string Summary, int? Day, TimeOnly Time)
{
    /// <summary>The schedules that are not off.</summary>
    /// <exception cref="SettingsException">One is not understood.</exception>
    public static IReadOnlyList<Schedule> Of(Settings settings)
    {
        var all = new List<Schedule>();
        if (settings["BACKUP_SCHEDULE"] is not "off")
        {
            all.Add(new("backup", "backup run", "Take a backup of everything, verify it and copy it away", null, TimeOf("BACKUP_SCHEDULE", settings["BACKUP_SCHEDULE"] ?? "02:00", "02:00")));
        }

        if (settings["DRILL_SCHEDULE"] is not "off")
        {
            var words = (settings["DRILL_SCHEDULE"] ?? "1 03:30").Split(' ');
            var day = words is [var first, _] && int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= 28 ? number : throw Wrong("DRILL_SCHEDULE", "1 03:30");
            var time = TimeOf("DRILL_SCHEDULE", words[1], "1 03:30");
            all.Add(new("drill", "drill", "Prove that the newest backup brings everything back", day, time));
            // Where there is an archive it is proven as well, when the other has ended.
            if (!string.Equals(settings["ARCHIVE"] ?? "off", "off", StringComparison.OrdinalIgnoreCase)) all.Add(new("archive-drill", "archive drill", "Prove that the archive brings the whole server back", day, time.AddHours(1)));
        }

        return all;
    }

    /// <summary>The next time at or after an instant, in UTC. An hour that the clocks skip counts as the one after it.</summary>
    public DateTimeOffset Next(DateTimeOffset after, TimeZoneInfo zone)
    {
        var day = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(after, zone).DateTime);
        while (true)
        {
            if (Day is null || day.Day == Day)
            {
                var local = day.ToDateTime(Time);
                while (zone.IsInvalidTime(local)) local = local.AddMinutes(30);
                var at = new DateTimeOffset(local, zone.GetUtcOffset(local)).ToUniversalTime();
                if (at > after) return at;
            }

            day = day.AddDays(1);
        }
    }

    public string OnCalendar => Day is { } day ? string.Create(CultureInfo.InvariantCulture, $"*-*-{day:00} {Time:HH:mm}:00") : string.Create(CultureInfo.InvariantCulture, $"*-*-* {Time:HH:mm}:00");

    public string Cron => string.Create(CultureInfo.InvariantCulture, $"{Time.Minute} {Time.Hour} {(Day is { } day ? day.ToString(CultureInfo.InvariantCulture) : "*")} * *");

    private static TimeOnly TimeOf(string key, string text, string example) =>
        TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time : throw Wrong(key, example);

    private static SettingsException Wrong(string key, string example) => new(new SettingsProblem(key, "is not understood", $"write it as {example}, or off"));
}
