using System.Diagnostics;

namespace Outpost.Platform.Telemetry;

/// <summary>
/// The trace that the running work belongs to: 128 bits, as W3C writes it, shown as a UUID (8-4-4-4-12). It flows with the call, as
/// <see cref="Activity.Current"/> does, and every log line written under it carries it.
/// </summary>
public static class TraceContext
{
    private static readonly AsyncLocal<string?> Ambient = new();

    /// <summary>The trace of the running work; null outside of a request or a <see cref="Begin"/>.</summary>
    public static string? Current => Ambient.Value ?? (Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity ? Id(activity.TraceId).ToString() : null);

    /// <summary>Opens a trace for work that no request started: one tick of the worker, one command. Disposing puts back what was there before.</summary>
    public static IDisposable Begin(Guid? trace = null)
    {
        var scope = new Scope(Ambient.Value);
        Ambient.Value = (trace ?? New()).ToString();
        return scope;
    }

    /// <summary>For the rest of the calling async method and all that it calls; forgotten when that method returns.</summary>
    internal static void Enter(string trace) => Ambient.Value = trace;

    internal static Guid New() => Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity ? Id(activity.TraceId) : Guid.NewGuid();

    internal static Guid Id(ActivityTraceId trace)
    {
        Span<byte> bytes = stackalloc byte[16];
        trace.CopyTo(bytes);
        return new Guid(bytes, bigEndian: true);
    }

    private sealed class Scope(string? before) : IDisposable
    {
        public void Dispose() => Ambient.Value = before;
    }
}
