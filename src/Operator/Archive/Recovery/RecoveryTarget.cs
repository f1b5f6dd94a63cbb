using System.Globalization;

namespace Outpost.Operator.Archive;

/// <summary>The instant that a recovery leads to.</summary>
internal abstract record RecoveryTarget
{
    private RecoveryTarget()
    {
    }

    /// <summary>All that was archived.</summary>
    internal sealed record Latest : RecoveryTarget
    {
        public override string ToString() => "the latest";
    }

    /// <summary>Everything committed until then, and nothing later.</summary>
    internal sealed record At(DateTimeOffset Instant) : RecoveryTarget
    {
        public override string ToString() => Instant.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture);
    }

    /// <summary>A point that was named with <c>outpost archive point</c>.</summary>
    internal sealed record Named(string Name) : RecoveryTarget
    {
        public override string ToString() => $"the point {Name}";
    }
}
