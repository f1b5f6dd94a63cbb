using Outpost.Aicq;
using Outpost.FieldService;
using Outpost.Operator.Commands;
using Outpost.Platform.Configuration;
using Outpost.Platform.Roles;

namespace Outpost.Operator.Tests.Commands;

public sealed class ChoosingRoles
{
    private const string Url = "postgresql://shop:secret@127.0.0.1:5432/shop";

    private static readonly Role[] Roles = [FieldServiceRole.Web, FieldServiceRole.Worker, AicqRole.Hub];
    private static readonly Subsystem[] Parts = [FieldServiceRole.Subsystem, AicqRole.Subsystem];

    [Theory]
    [InlineData("fsm", "DATABASE_URL", "fsm")]
    [InlineData("worker", "DATABASE_URL", "fsm")]
    [InlineData("aicq", "DATABASE_URL", "aicq")]
    [InlineData("fsm", "FSM_DATABASE_URL", "fsm aicq")]
    [InlineData("aicq", "FSM_DATABASE_URL", "aicq")]
    [InlineData("fsm,aicq", "DATABASE_URL", "fsm aicq")]
    public void A_database_named_by_url_is_only_for_the_roles_that_work_on_it(string chosen, string key, string databases)
    {
        var settings = new Settings(new Dictionary<string, string>()).With((key, Url));

        Assert.Equal(databases, string.Join(' ', RoleChoice.Databases(RoleChoice.Of(Roles, chosen), Parts, settings).Select(part => part.Name)));
    }

    [Fact]
    public void Without_a_url_all_of_them_are_kept_here() => Assert.Equal(Parts, RoleChoice.Databases(RoleChoice.Of(Roles, "fsm"), Parts, new(new Dictionary<string, string>())));
}
