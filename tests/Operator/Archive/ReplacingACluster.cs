using Outpost.Operator.Archive.Recovery;
using Outpost.Platform.Postgres.Embedded;
using Outpost.Platform.Processes;
using Outpost.Testing;

namespace Outpost.Operator.Tests.Archive;

/// <summary>What lies where after a swap, also after one that was cut off.</summary>
public sealed class ReplacingACluster : IDisposable
{
    private readonly string _parent = Directory.CreateTempSubdirectory("outpost-swap-").FullName;
    private readonly ClusterPlace _place;
    private readonly ClusterSwap _swap;

    public ReplacingACluster()
    {
        _place = new(Path.Combine(_parent, "postgres"), _parent, _parent, Path.Combine(_parent, "log"));
        _swap = new(_place, null);
        Make(_place.Data, "old");
        Make(_swap.Restored("1"), "new");
    }

    [Fact]
    public void The_old_one_is_kept_and_can_be_brought_back_and_given_up()
    {
        _swap.Run("1");
        Assert.Equal(("new", "old"), (What(_place.Data), What(_swap.Before("1"))));

        var undone = _swap.Undo(_swap.Last()!);
        Assert.Equal(("old", "new"), (What(_place.Data), What(undone)));

        Assert.Equal([undone], _swap.Confirm());
        Assert.Equal([_place.Data], Directory.GetDirectories(_parent));
    }

    [Fact]
    public async Task A_swap_that_was_cut_off_after_the_names_changed_is_finished_and_nothing_is_thrown_away()
    {
        File.WriteAllText(Path.Combine(_swap.Restored("1"), "outpost.restored"), "1\n");
        Assert.True(Storage.Exchange(_swap.Restored("1"), _place.Data));

        await _swap.RemoveRemainsAsync(new Clock(DateTimeOffset.UnixEpoch), _ => { }, TestContext.Current.CancellationToken);

        Assert.Equal(("new", "old"), (What(_place.Data), What(_swap.Before("1"))));
    }

    [Fact]
    public void A_swap_that_was_cut_off_where_names_cannot_be_exchanged_is_finished()
    {
        File.WriteAllText(Path.Combine(_swap.Restored("1"), "outpost.restored"), "1\n");
        Directory.Move(_place.Data, _swap.Before("1"));

        _swap.Finish();

        Assert.Equal(("new", "old"), (What(_place.Data), What(_swap.Before("1"))));
    }

    [Fact]
    public async Task A_restored_cluster_that_never_took_its_place_is_removed_and_the_running_one_stays()
    {
        await _swap.RemoveRemainsAsync(new Clock(DateTimeOffset.UnixEpoch), _ => { }, TestContext.Current.CancellationToken);

        Assert.Equal("old", What(_place.Data));
        Assert.Equal([_place.Data], Directory.GetDirectories(_parent));
    }

    [Fact]
    public void A_restore_of_a_restored_cluster_knows_the_new_from_the_old()
    {
        _swap.Run("1");
        Make(_swap.Restored("2"), "newer");
        File.Copy(Path.Combine(_place.Data, "outpost.restored"), Path.Combine(_swap.Restored("2"), "outpost.restored"));

        _swap.Run("2");

        Assert.Equal(("newer", "new", "old"), (What(_place.Data), What(_swap.Before("2")), What(_swap.Before("1"))));
    }

    public void Dispose() => Directory.Delete(_parent, recursive: true);

    private static void Make(string directory, string what)
    {
        Directory.CreateDirectory(directory);
        File.WriteAllText(Path.Combine(directory, "what"), what);
    }

    private static string What(string directory) => File.ReadAllText(Path.Combine(directory, "what"));
}
