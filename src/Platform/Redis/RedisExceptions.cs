namespace Outpost.Platform.Redis;

/// <summary>What Redis, or the way to it, did not do. Messages hold no password and no data.</summary>
public abstract class RedisException : Exception
{
    private protected RedisException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}

/// <summary>Redis cannot be reached, or the way to it broke.</summary>
public sealed class RedisUnavailableException : RedisException
{
    internal RedisUnavailableException(string message, bool mayHaveBeenCarriedOut = false, Exception? inner = null)
        : base(mayHaveBeenCarriedOut ? $"{message}; the command was sent and may have been carried out" : message, inner) =>
        MayHaveBeenCarriedOut = mayHaveBeenCarriedOut;

    /// <summary>True when the command was on its way and nobody knows whether it arrived; false when it surely was not carried out.</summary>
    public bool MayHaveBeenCarriedOut { get; }
}

/// <summary>Redis refused the command.</summary>
public sealed class RedisServerException : RedisException
{
    internal RedisServerException(string message)
        : base(message) =>
        Code = message.Split(' ', 2)[0];

    /// <summary>The first word of the refusal: <c>WRONGTYPE</c>, <c>OOM</c>, <c>ERR</c>.</summary>
    public string Code { get; }
}

/// <summary>What came was not what Redis speaks; the connection is given up.</summary>
public sealed class RedisProtocolException : RedisException
{
    internal RedisProtocolException(string message)
        : base(message)
    {
    }
}
