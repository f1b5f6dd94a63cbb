namespace Outpost.Platform.Migrations;

/// <summary>What sort of end a migration came to; an operator's command turns it into an exit code.</summary>
public enum MigrationFault
{
    /// <summary>It was tried and did not work. What was applied before stays applied.</summary>
    Failed,

    /// <summary>Nothing was tried: the database and this build do not fit together.</summary>
    Refused,

    /// <summary>Another process holds what is needed.</summary>
    Locked,
}

/// <summary>Migrating stopped. The message names the file or version, the cause and the fix, and never holds a value of a row.</summary>
public sealed class MigrationException(MigrationFault fault, string message, Exception? inner = null) : Exception(message, inner)
{
    public MigrationFault Fault { get; } = fault;
}
