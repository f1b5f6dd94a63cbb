using Microsoft.Extensions.Logging;

namespace Outpost.Platform.Telemetry;

/// <summary>
/// Logs as one JSON object a line: <c>level</c>, <c>ts</c>, <c>service</c>, <c>msg</c>, the fields of the message template in camelCase,
/// <c>traceId</c>, and <c>err</c> with message, name and stack.
/// </summary>
internal sealed class JsonLog : ILoggerProvider
{
    private static readonly Lock StandardOutput = new();
    private static readonly TimeSpan FatalFlush = TimeSpan.FromSeconds(2);

    private readonly string _service;
    private readonly LogNames _names;
    private readonly Secrets _secrets;
    private readonly TimeProvider _clock;
    private readonly LogWriter _writer;

    [ThreadStatic]
    private static LogLine? t_line;

    /// <param name="stream">Null for the process's standard output.</param>
    public JsonLog(string service, LogNames names, Secrets secrets, TimeProvider clock, Stream? stream = null)
    {
        (_service, _names, _secrets, _clock) = (service, names, secrets, clock);
        _writer = new(stream ?? Console.OpenStandardOutput(), stream is null ? StandardOutput : new Lock(), LossNote);
        AppDomain.CurrentDomain.UnhandledException += OnFatal;
        AppDomain.CurrentDomain.ProcessExit += OnExit;
    }

    /// <summary>Lines nobody will ever read.</summary>
    public long Lost => _writer.Lost;

    public ILogger CreateLogger(string categoryName) => new Category(this);

    /// <summary>Writes out what is left. The container knows this object under two names and may say it twice.</summary>
    public void Dispose()
    {
        AppDomain.CurrentDomain.UnhandledException -= OnFatal;
        AppDomain.CurrentDomain.ProcessExit -= OnExit;
        _writer.Dispose();
    }

    private void Write<TState>(LogLevel level, TState state, Exception? exception, string message)
    {
        // Taken away while in use: a value whose ToString logs gets a line of its own.
        var line = t_line ?? new();
        t_line = null;
        _writer.Append(_secrets.Redact(line.Write(_names, _service, _clock.GetUtcNow(), level, state, message, exception)), level);
        t_line = line;
    }

    private byte[] LossNote(long lost) => new LogLine().Write<KeyValuePair<string, object?>[]>(
        _names, _service, _clock.GetUtcNow(), LogLevel.Warning, [new("lost", lost)], "log lines lost: the output was slower than the log", null).ToArray();

    private void OnFatal(object sender, UnhandledExceptionEventArgs fatal)
    {
        Write<KeyValuePair<string, object?>[]>(LogLevel.Critical, [], fatal.ExceptionObject as Exception, "the process ends on an error nobody caught");
        _writer.Flush(FatalFlush);
    }

    private void OnExit(object? sender, EventArgs e) => _writer.Flush(FatalFlush);

    private sealed class Category(JsonLog log) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            log.Write(logLevel, state, exception, formatter(state, exception));
    }
}
