using Outpost.Platform.Configuration;
using Outpost.Platform.Secrets;

namespace Outpost.Platform.Tests.Secrets;

public sealed class ASecret
{
    [Fact]
    public void Fits_into_a_url_as_it_is()
    {
        var secret = Secret.UrlSafe();

        Assert.Equal(43, secret.Length);
        Assert.Equal(secret, Uri.EscapeDataString(secret));
        Assert.NotEqual(secret, Secret.UrlSafe());
    }

    [Fact]
    public void To_be_typed_has_nothing_to_confuse() => Assert.Matches("^[bcdfghjkmnpqrstvwxyz2-9]{4}(-[bcdfghjkmnpqrstvwxyz2-9]{4}){3}$", Secret.Password());

    [Theory]
    [InlineData("a", "a", true)]
    [InlineData("a", "b", false)]
    [InlineData("a", "aa", false)]
    [InlineData("", "", true)]
    public void Is_compared_whole(string one, string other, bool same) => Assert.Equal(same, Secret.Same(one, other));

    [Fact]
    public void Is_taken_out_of_a_text_in_every_form()
    {
        var redaction = Redaction.Of(new Settings(new Dictionary<string, string>
        {
            ["AUTH_SECRET"] = "kX3vR8-mQ2",
            ["DATABASE_URL"] = "postgresql://u:p%40ssw%2Ford@h/d",
            ["REDIS_URL"] = "not a url but hunter2",
            ["SOME_API_KEY"] = "sk-live-1234",
            ["LOG_LEVEL"] = "info",
        }));

        var text = redaction.Apply("info kX3vR8-mQ2 p@ssw/ord p%40ssw%2Ford not a url but hunter2 sk-live-1234 end");

        Assert.Equal("info •••• •••• •••• •••• •••• end", text);
    }

    [Fact]
    public void Too_short_to_be_one_is_left_alone() => Assert.Equal("a bad cab", new Redaction(["a", "ab", ""]).Apply("a bad cab"));
}
