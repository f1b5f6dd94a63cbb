namespace Outpost.Platform.Configuration;

/// <summary>What a look at the whole configuration found.</summary>
/// <param name="Problems">What prevents the use.</param>
/// <param name="Warnings">What is probably not meant.</param>
public sealed record SettingsReport(IReadOnlyList<SettingsProblem> Problems, IReadOnlyList<SettingsProblem> Warnings);

/// <summary>Looks at all settings together, where each part of the program looks only at its own.</summary>
public static class SettingsCheck
{
    public static SettingsReport Run(Settings settings)
    {
        var problems = new List<SettingsProblem>();
        var warnings = new List<SettingsProblem>(settings.Warnings);
        foreach (var key in SettingKeys.All)
        {
            var value = settings[key.Name];
            if (string.IsNullOrWhiteSpace(value))
            {
                if (key.RequiredBecause(settings) is { } reason) problems.Add(new(key.Name, $"is {(settings.IsBlank(key.Name) ? "empty" : "not set")}, but {reason}", FixFor(key)));
            }
            else if (key.Check(value, settings) is { } wrong) problems.Add(new(key.Name, wrong.Cause, wrong.Fix));
            else if (key.Doubt(value, settings) is { } doubt) warnings.Add(new(key.Name, doubt.Cause, doubt.Fix));
        }

        warnings.AddRange(Typos(settings));
        return new(problems, warnings);
    }

    /// <summary>
    /// Before anything is started: what is set has to be right. What is not set is the affair of who needs it, for much of it can be made up for.
    /// </summary>
    /// <param name="warn">Told what is probably not meant.</param>
    /// <exception cref="SettingsException">Something that is set is wrong.</exception>
    public static void Demand(Settings settings, Action<string> warn)
    {
        var report = Run(settings);
        foreach (var warning in report.Warnings) warn($"Warning: {warning}");
        if (report.Problems.Where(problem => settings[problem.Key] is not null).ToArray() is { Length: > 0 } wrong) throw new SettingsException(wrong);
    }

    private static string FixFor(SettingKey key) => key switch
    {
        { Generate: { } command } => $"set it to what this prints: {command}",
        { Kind: SettingKind.PostgresUrl } => $"set it to {PostgresUrl.Form}",
        { Kind: SettingKind.RedisUrl } => "set it to redis://host:6379/0",
        _ => "set it",
    };

    private static IEnumerable<SettingsProblem> Typos(Settings settings)
    {
        foreach (var name in settings.Keys.Where(k => SettingKeys.Find(k) is null).Order(StringComparer.Ordinal))
        {
            // The environment is full of other programs' variables; in the file each line is meant for Outpost.
            var foreign = settings.SourceOf(name) == "environment";
            var meant = SettingKeys.All.Where(k => !foreign || (k.Name.Length >= 8 && settings[k.Name] is null))
                .Select(k => (k.Name, Distance: Distance(name.ToUpperInvariant(), k.Name.ToUpperInvariant())))
                .Where(k => k.Distance <= Math.Min(foreign ? 1 : 2, k.Name.Length / 4)).OrderBy(k => k.Distance).FirstOrDefault().Name;
            if (meant is not null) yield return new(name, $"is not known and has no effect; {meant} is probably meant", $"call it {meant}, or delete it");
        }
    }

    /// <summary>How many letters have to be added, left out, changed or swapped with their neighbour to make one word of the other.</summary>
    private static int Distance(string one, string other)
    {
        var table = new int[one.Length + 1, other.Length + 1];
        for (var i = 0; i <= one.Length; i++) table[i, 0] = i;
        for (var j = 0; j <= other.Length; j++) table[0, j] = j;
        for (var i = 1; i <= one.Length; i++)
        {
            for (var j = 1; j <= other.Length; j++)
            {
                var change = table[i - 1, j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1);
                table[i, j] = Math.Min(change, Math.Min(table[i - 1, j], table[i, j - 1]) + 1);
                if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1]) table[i, j] = Math.Min(table[i, j], table[i - 2, j - 2] + 1);
            }
        }

        return table[one.Length, other.Length];
    }
}
