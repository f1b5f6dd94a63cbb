using Outpost.Platform.Processes;

namespace Outpost.Platform.Tests.Processes;

public sealed class ReachingADirectory
{
    [Fact]
    public void The_directory_that_bars_the_way_of_another_user_is_named()
    {
        Assert.SkipUnless(UnixUser.IsRoot, "only root can run something as another user");
        var other = UnixUser.First("postgres", "nobody")!;
        var top = Path.Combine("/tmp", $"outpost-{Guid.NewGuid():n}");
        var inner = Path.Combine(top, "closed", "inner");
        try
        {
            Directory.CreateDirectory(inner);
            File.SetUnixFileMode(Path.Combine(top, "closed"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            Assert.Equal(Path.Combine(top, "closed"), PrivateDirectory.Obstacle(inner, other));

            File.SetUnixFileMode(Path.Combine(top, "closed"), File.GetUnixFileMode(top) | UnixFileMode.OtherExecute);
            Assert.Null(PrivateDirectory.Obstacle(inner, other));
        }
        finally
        {
            Directory.Delete(top, recursive: true);
        }
    }

    [Fact]
    public void A_directory_of_another_user_is_not_taken_over()
    {
        Assert.SkipUnless(UnixUser.IsRoot, "only root can give a directory away");
        var other = UnixUser.First("postgres", "nobody")!;
        var path = Path.Combine("/tmp", $"outpost-{Guid.NewGuid():n}");
        try
        {
            PrivateDirectory.Ensure(path, other);

            var refusal = Assert.Throws<TroubleException>(() => PrivateDirectory.Ensure(path));
            Assert.Equal(TroubleKind.Refused, refusal.Kind);
            Assert.Contains($"belongs to user {other.Name}", refusal.Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(path);
        }
    }

    [Theory]
    [InlineData("/data/run/postgres", true)]
    [InlineData("/data/a-directory-with-a-very-long-name/and-another-one-inside-of-it-that-is-longer-still/run/postgres", false)]
    [InlineData("/data/ééééééééééééééééééééééééééééééééééééééééé/run/postgres", false)]
    public void A_socket_whose_path_the_kernel_would_refuse_lies_elsewhere(string wished, bool there)
    {
        var place = SocketPlace.For(wished, ".s.PGSQL.5432.lock");

        Assert.Equal(there, place == wished);
        Assert.True(System.Text.Encoding.UTF8.GetByteCount(place) < 80 || there);
        Assert.Equal(place, SocketPlace.For(wished, ".s.PGSQL.5432.lock"));
    }
}
