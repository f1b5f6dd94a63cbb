using Outpost.Platform.Configuration;
using Outpost.Platform.Roles;

namespace Outpost.Platform.Tests.Configuration;

public sealed class ASubsystemsDatabase
{
    private static readonly Subsystem Fsm = new("fsm", "ai_fsm", typeof(ASubsystemsDatabase).Assembly, (_, _) => Task.FromResult<Login?>(null), Demo: null);

    [Theory]
    [InlineData("DATABASE_URL", "DATABASE_URL", "DATABASE_URL")]
    [InlineData("DATABASE_URL FSM_DATABASE_URL", "FSM_DATABASE_URL", "FSM_DATABASE_URL")]
    [InlineData("DATABASE_URL DATABASE_OWNER_URL", "DATABASE_URL", "DATABASE_OWNER_URL")]
    [InlineData("DATABASE_URL FSM_DATABASE_OWNER_URL DATABASE_OWNER_URL", "DATABASE_URL", "FSM_DATABASE_OWNER_URL")]
    public void Is_the_most_specific_that_is_set(string set, string app, string owner)
    {
        var settings = new Settings(set.Split(' ').ToDictionary(k => k, k => $"postgresql://u:p@h/{k.ToLowerInvariant()}"));

        Assert.Equal(app.ToLowerInvariant(), settings.AppUrl(Fsm).Database);
        Assert.Equal(owner.ToLowerInvariant(), settings.OwnerUrl(Fsm).Database);
    }

    [Fact]
    public void Is_asked_for_where_none_is_set() =>
        Assert.Equal("DATABASE_URL is not set. Fix: set it to postgresql://fsm_app:password@host:5432/ai_fsm, or let outpost up keep a database of its own.",
            Assert.Throws<SettingsException>(() => new Settings(new Dictionary<string, string>()).AppUrl(Fsm)).Message);
}
