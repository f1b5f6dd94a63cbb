using Outpost.Operator.Commands;
using Outpost.Platform.Configuration;
using Outpost.Platform.Roles;

namespace Outpost.Operator.Tests.Commands;

public sealed class ServingAlone
{
    private static readonly Role Assistant = Listening("assistant") with { PortAlone = 8080 }, Hub = Listening("aicq"), Worker = Listening("worker") with { Address = null };

    [Fact]
    public void One_service_listens_where_the_platform_says_and_where_it_always_does_otherwise()
    {
        Assert.Equal("8080", Port([Assistant, Worker]));
        Assert.Equal("9999", Port([Assistant], ("PORT", "9999")));
        Assert.Equal("7000", Port([Assistant], ("PORT", "9999"), ("ASSISTANT_PORT", "7000")));
        Assert.Null(Port([Assistant, Hub]));
        Assert.Null(Port([Assistant, Hub], ("PORT", "9999")));
        Assert.Null(ServeCommand.WithPort([Hub], Of())["AICQ_PORT"]);
    }

    private static string? Port(Role[] roles, params (string, string)[] settings) => ServeCommand.WithPort(roles, Of(settings))["ASSISTANT_PORT"];

    private static Settings Of(params (string, string)[] settings) => new Settings(new Dictionary<string, string>()).With(settings);

    private static Role Listening(string name) => new(name, "", _ => throw new InvalidOperationException("it is not to be built"), "/health", _ => new("http://127.0.0.1/"));
}
