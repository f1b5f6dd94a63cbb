namespace Outpost.Platform.Configuration;

/// <summary>What sort of value a key takes; decides how it is checked and what of it may be shown.</summary>
public enum SettingKind
{
    Text,

    /// <summary>Never shown, not even in part.</summary>
    Secret,

    /// <summary>Shown without its password.</summary>
    PostgresUrl,

    /// <summary>Shown without its password.</summary>
    RedisUrl,

    Port,
}

/// <summary>One thing that an operator can set.</summary>
/// <param name="Name">The name of the environment variable.</param>
/// <param name="Group">The heading under which it stands in a <c>.env</c>.</param>
/// <param name="For">Who reads it: <c>fsm</c>, <c>worker</c>, <c>all</c>, or a container's image.</param>
/// <param name="Meaning">One or two sentences for the operator.</param>
public sealed record SettingKey(string Name, string Group, string For, string Meaning)
{
    public SettingKind Kind { get; init; }

    /// <summary>What holds when it is not set, in words or as a value; null when there is nothing to say.</summary>
    public string? Default { get; init; }

    /// <summary>The command that makes a good value; null when there is nothing to make.</summary>
    public string? Generate { get; init; }

    /// <summary>Whether a new <c>.env</c> has a line for it.</summary>
    internal bool InTemplate { get; init; } = true;

    /// <summary>Why it has to be set under these settings; null when it need not.</summary>
    internal Func<Settings, string?> RequiredBecause { get; init; } = static _ => null;

    /// <summary>What is wrong with a value, as cause and fix; null when nothing is. Must not repeat the value.</summary>
    internal Func<string, Settings, (string Cause, string Fix)?> Check { get; init; } = static (_, _) => null;

    /// <summary>What is questionable about a value, as cause and fix; null when nothing is. Must not repeat the value.</summary>
    internal Func<string, Settings, (string Cause, string Fix)?> Doubt { get; init; } = static (_, _) => null;
}
