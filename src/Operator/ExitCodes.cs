namespace Outpost.Operator;

/// <summary>What the process says when it ends. Scripts rely on these numbers.</summary>
public static class ExitCodes
{
    public const int Ok = 0;

    /// <summary>It was tried and did not work.</summary>
    public const int Failed = 1;

    /// <summary>The configuration or the command line is wrong; nothing was tried.</summary>
    public const int Configuration = 2;

    /// <summary>A gate or a missing precondition refused; nothing was changed.</summary>
    public const int Refused = 3;

    /// <summary>Someone else holds the lock.</summary>
    public const int Locked = 4;

    /// <summary>It runs, but not all of it is healthy.</summary>
    public const int Degraded = 5;
}
