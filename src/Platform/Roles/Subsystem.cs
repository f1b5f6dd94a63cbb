using System.Reflection;
using Outpost.Platform.Configuration;

namespace Outpost.Platform.Roles;

/// <summary>
/// One of the parts of Outpost that owns a database: <c>fsm</c>, <c>assistant</c>, <c>aicq</c>. Its database has three roles named after it:
/// <c>{Name}_owner</c> migrates, <c>{Name}_app</c> serves and is bound by row-level security, <c>{Name}_backup</c> reads everything.
/// </summary>
/// <param name="Name">The word after <c>--system</c>.</param>
/// <param name="Database">The database's name in the embedded cluster: <c>ai_fsm</c>.</param>
/// <param name="Migrations">Holds the numbered SQL files as embedded resources.</param>
/// <param name="FirstLogin">Creates the first user of an empty database and says how to sign in; null when there are users already.</param>
/// <param name="Demo">Fills in a believable company, once; a second call changes nothing. Null where there is nothing to look at.</param>
/// <param name="Users">Who may sign in to it; null where nobody does, because callers have keys.</param>
/// <param name="History">Proves that its audit log is what was written; null where it keeps none.</param>
public sealed record Subsystem(
    string Name,
    string Database,
    Assembly Migrations,
    Func<Settings, CancellationToken, Task<Login?>> FirstLogin,
    Func<Settings, DemoSize, CancellationToken, Task<DemoAnswer>>? Demo,
    IUsers? Users = null,
    IHistory? History = null)
{
    /// <summary>The keys that hold the app role's URL, most specific first: <c>FSM_DATABASE_URL</c>, then <c>DATABASE_URL</c>.</summary>
    public IReadOnlyList<string> AppUrlKeys => [$"{Name.ToUpperInvariant()}_DATABASE_URL", "DATABASE_URL"];

    /// <summary>The keys that hold the owner's URL; without one the app role's URL is used to migrate.</summary>
    public IReadOnlyList<string> OwnerUrlKeys => [$"{Name.ToUpperInvariant()}_DATABASE_OWNER_URL", "DATABASE_OWNER_URL"];

    /// <summary>The keys that hold the URL of the role that reads everything, for backups.</summary>
    public IReadOnlyList<string> BackupUrlKeys => [$"{Name.ToUpperInvariant()}_DATABASE_BACKUP_URL", "DATABASE_BACKUP_URL"];

    /// <summary>The keys that hold the URL of a role that may create databases and roles, for restores.</summary>
    public IReadOnlyList<string> AdminUrlKeys => [$"{Name.ToUpperInvariant()}_DATABASE_ADMIN_URL", "DATABASE_ADMIN_URL"];
}

/// <summary>How much a demo company has: little to look at, or what a busy company has after years, to measure with.</summary>
public enum DemoSize { Small, Large }

/// <param name="Made">False when there was a demo company already, and nothing was changed.</param>
/// <param name="Login">How to sign in to it, when that is new.</param>
public sealed record DemoAnswer(bool Made, Login? Login);

/// <summary>How to sign in for the first time. The password is shown once and never stored in clear.</summary>
public sealed record Login(string Email, string Password);
