using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Outpost.Platform.Telemetry;

/// <summary>What the operating system knows of this process, under the names that Prometheus dashboards expect.</summary>
internal sealed class ProcessMetrics
{
    public const string MeterName = "Outpost.Process";

    public ProcessMetrics(IMeterFactory meters, JsonLog? log)
    {
        var meter = meters.Create(MeterName);
        meter.CreateObservableCounter("process.cpu", () => Environment.CpuUsage.TotalTime.TotalSeconds, "s", "Processor time used, user and system.");
        meter.CreateObservableGauge("process.resident_memory", ResidentBytes, "By", "Memory held in RAM.");
        meter.CreateObservableGauge("process.open_fds", OpenFiles, null, "File descriptors open.");
        meter.CreateObservableGauge("process.max_fds", () => Limit("Max open files"), null, "File descriptors that may be open.");
        meter.CreateObservableGauge("process.threads", () => Status("Threads:"), null, "Threads of the operating system.");
        meter.CreateObservableGauge("process.start_time", StartTime, "s", "Start of the process in Unix seconds.");
        // The runtime publishes these two as counters, which they are not.
        meter.CreateObservableGauge("dotnet.thread_pool.threads", () => ThreadPool.ThreadCount, null, "Threads of the pool.");
        meter.CreateObservableGauge("dotnet.thread_pool.queue_length", () => ThreadPool.PendingWorkItemCount, null, "Work that waits for a thread of the pool.");
        meter.CreateObservableGauge("outpost.build_info", BuildInfo, null, "Always 1; the labels say what is running.");
        if (log is not null) meter.CreateObservableCounter("log.lines.lost", () => log.Lost, null, "Log lines dropped because the output was too slow or gone.");
    }

    private static long ResidentBytes() => Environment.WorkingSet;

    private static IEnumerable<Measurement<long>> OpenFiles() =>
        Directory.Exists("/proc/self/fd") ? [new(Directory.EnumerateFileSystemEntries("/proc/self/fd").LongCount())] : [];

    private static IEnumerable<Measurement<long>> Limit(string name) => Line("/proc/self/limits", name) is { } line
        && long.TryParse(line[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? [new(limit)] : [];

    private static IEnumerable<Measurement<long>> Status(string name) => Line("/proc/self/status", name) is { } line
        && long.TryParse(line[name.Length..].Trim().Split(' ')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? [new(value)] : [];

    private static string? Line(string file, string start) => File.Exists(file) ? File.ReadLines(file).FirstOrDefault(line => line.StartsWith(start, StringComparison.Ordinal)) : null;

    private static double StartTime()
    {
        using var self = Process.GetCurrentProcess();
        return new DateTimeOffset(self.StartTime.ToUniversalTime(), TimeSpan.Zero).ToUnixTimeMilliseconds() / 1000.0;
    }

    private static Measurement<int> BuildInfo()
    {
        var version = typeof(ProcessMetrics).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+', 2) ?? ["unknown"];
        return new(1, new("version", version[0]), new("commit", version is [_, var commit] ? commit : ""), new("dotnet", Environment.Version.ToString()), new("arch", RuntimeInformation.ProcessArchitecture.ToString()));
    }
}
