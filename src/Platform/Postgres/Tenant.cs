namespace Outpost.Platform.Postgres;

/// <summary>
/// For whom a transaction runs. Row-level security reads these three as <c>app.current_account_id</c>, <c>app.current_user_id</c> and
/// <c>app.current_role</c>; without them a query sees nothing.
/// </summary>
public sealed record Tenant(Guid Account, Guid User, string Role)
{
    /// <summary>The API key through which it is done, as <c>app.current_api_key_id</c>; null when a person is there.</summary>
    public Guid? ApiKey { get; init; }

    internal Sql Settings() => $"""
        select set_config('app.current_account_id', {Account.ToString()}, true),
               set_config('app.current_user_id', {User.ToString()}, true),
               set_config('app.current_role', {Role}, true)
               {Sql.If(ApiKey is not null, $", set_config('app.current_api_key_id', {ApiKey?.ToString()}, true)")}
        """;
}
