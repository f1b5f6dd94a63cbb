namespace Outpost.Platform.Telemetry;

/// <summary>The meter of the process that supervises an installation. What it measures stands on /metrics of each role that lives in the same process.</summary>
public static class SupervisorMeter
{
    public const string Name = "Outpost.Supervisor";
}
