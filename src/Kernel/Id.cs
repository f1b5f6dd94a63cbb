namespace Outpost.Kernel;

/// <summary>The identity of one thing. Each kind of thing has its own type, so that a job's id cannot be passed for a client's.</summary>
public interface IId
{
    Guid Value { get; }
}
