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
        meter.CreateObservableGauge("process.max_fds", () => Number("/proc/self/limits", "Max open files"), null, "File descriptors that may be open.");
        meter.CreateObservableGauge("process.threads", () => Number("/proc/self/status", "Threads:"), null, "Threads of the operating system.");
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

    // The first number behind the name, as in "Threads:	16"; absent where there is no /proc or no limit.
    private static IEnumerable<Measurement<long>> Number(string file, string name)
    {
        var line = File.Exists(file) ? File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal)) : null;
        var word = line?[name.Length..].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        return long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? [new(number)] : [];
    }

    private static double StartTime()
    {
        using var self = Process.GetCurrentProcess();
        return new DateTimeOffset(self.StartTime.ToUniversalTime(), TimeSpan.Zero).ToUnixTimeMilliseconds() / 1000.0;
    }

    private static Measurement<int> BuildInfo()
    {
        var version = typeof(ProcessMetrics).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+', 2) ?? ["unknown"];
        return new(
            1,
            new("version", version[0]),
            new("commit", version is [_, var commit] ? commit : ""),
            new("dotnet", Environment.Version.ToString()),
            new("arch", RuntimeInformation.ProcessArchitecture.ToString()));
    }
}
