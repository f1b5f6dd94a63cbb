using Outpost.Platform.Postgres.Embedded;
using Outpost.Platform.Processes;

namespace Outpost.Platform.Tests.Postgres;

public sealed class DividingTheMemoryOfACluster
{
    [Theory]
    [InlineData(1, 225, 20, 56, 14, 3)]
    [InlineData(2, 450, 40, 112, 28, 3)]
    [InlineData(4, 900, 60, 225, 56, 5)]
    [InlineData(8, 1800, 60, 450, 112, 13)]
    [InlineData(32, 4096, 60, 1024, 128, 32)]
    public void Each_machine_gets_its_share(int gigabytes, int allowance, int connections, int shared, int maintenance, int work)
    {
        var memory = PostgresMemory.For(gigabytes * 1024L * 1024 * 1024);

        Assert.Equal((allowance, connections, shared, maintenance, work), (memory.Allowance, memory.Connections, memory.SharedBuffers, memory.MaintenanceWork, memory.Work));
    }

    [Fact]
    public void Its_worst_hour_stays_within_its_allowance_on_every_machine()
    {
        for (var megabytes = 512L; megabytes <= 128 * 1024; megabytes += 64)
        {
            var memory = PostgresMemory.For(megabytes * 1024 * 1024);
            Assert.True(memory.Worst <= memory.Allowance, $"{megabytes} MB: {memory}");
        }
    }

    [Fact]
    public void A_limit_of_the_container_counts_before_the_memory_of_the_machine()
    {
        Assert.Equal(3_900_000L * 1024, Memory.FromMemInfo("MemTotal:        3900000 kB\nMemFree:          100000 kB\n"));
        Assert.Equal(536_870_912, Memory.FromLimit("536870912\n"));
        Assert.Equal(long.MaxValue, Memory.FromLimit("max\n"));
        Assert.Equal(long.MaxValue, Memory.FromLimit(null));
    }
}
