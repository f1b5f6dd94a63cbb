using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Outpost.Kernel;
using Outpost.Platform.Configuration;

namespace Outpost.FieldService.Papers;

/// <summary>What is to be printed: the page, and the same in data where it is an invoice.</summary>
/// <param name="Xml">The attachment; null for none.</param>
/// <param name="At">The time that the file names as its own.</param>
internal sealed record PrintOrder(string Html, PrintOrder.Enclosed? Xml, DateTimeOffset At)
{
    /// <param name="Metadata">What the file says of its attachment, as RDF.</param>
    internal sealed record Enclosed(string Name, string Content, string Metadata);

    // Another press prints another file from the same page.
    private const string Press = "1";

    /// <summary>The same order comes to the same file.</summary>
    public string Fingerprint { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', Press, Html, Xml?.Name, Xml?.Content, Xml?.Metadata, At.ToString("O", CultureInfo.InvariantCulture)))))[..40];

    internal string Json() => JsonSerializer.Serialize(new Dictionary<string, string?>
    {
        ["html"] = Html,
        ["xml"] = Xml?.Content,
        ["xml_name"] = Xml?.Name ?? "",
        ["xmp"] = (Xml?.Metadata ?? "") + $"<rdf:Description xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" rdf:about=\"\"><xmp:CreateDate>{At.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}</xmp:CreateDate><xmp:ModifyDate>{At.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}</xmp:ModifyDate></rdf:Description>",
        ["epoch"] = At.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
        ["pdf_date"] = $"D:{At.UtcDateTime:yyyyMMddHHmmss}Z",
        ["identifier"] = Fingerprint,
    });
}

/// <summary>
/// Prints PDF with WeasyPrint, in a process of its own for each paper: what it uses up is given back, and what goes wrong in it ends with it. Half of a print is
/// getting ready, so while one prints the next gets ready already, and waits some minutes for its order.
/// </summary>
internal sealed partial class PdfPress(Settings settings, TimeProvider clock, ILogger<PdfPress> log) : IDisposable
{
    public const string Key = "PDF_PYTHON";
    private const string UsualPython = "/usr/bin/python3";
    private const int MostWaiting = 32;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);

    /// <summary>How long a process waits for its order.</summary>
    public static readonly TimeSpan Readiness = TimeSpan.FromMinutes(2);

    // A small machine still has to answer while it prints.
    private readonly SemaphoreSlim _places = new(Math.Clamp(Environment.ProcessorCount / 2, 1, 2));
    private readonly string _python = settings[Key] ?? UsualPython;
    private readonly Lock _lock = new();
    private PressProcess? _ready;
    private ITimer? _tired;
    private int _waiting;
    private bool _disposed;

    /// <summary>The next print need not begin at the beginning.</summary>
    public bool IsReady
    {
        get
        {
            lock (_lock) return _ready is { Waits: true };
        }
    }

    /// <exception cref="RuleException">SERVICE_UNAVAILABLE: the press is missing, busy, or gave up.</exception>
    public async Task<byte[]> PrintAsync(PrintOrder order, CancellationToken ct)
    {
        try
        {
            if (Interlocked.Increment(ref _waiting) > MostWaiting) throw PaperRules.PressIsBusy();

            await _places.WaitAsync(ct);
            try
            {
                return await RunAsync(order, ct);
            }
            finally
            {
                _places.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    public void Dispose()
    {
        lock (_lock) _disposed = true;
        _tired?.Dispose();
        Exchange(null)?.Dispose();
        _places.Dispose();
    }

    private async Task<byte[]> RunAsync(PrintOrder order, CancellationToken ct)
    {
        using var process = Take();
        GetReady();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(Patience);
        try
        {
            return await process.PrintAsync(order, patience.Token);
        }
        catch (PressException failed)
        {
            Failed(log, failed.Message);
            throw PaperRules.PressFailed();
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            Failed(log, "took too long");
            throw PaperRules.PressFailed();
        }
    }

    private PressProcess Take()
    {
        if (Exchange(null) is not { } ready) return PressProcess.Start(_python);
        if (ready.Waits) return ready;

        ready.Dispose();
        return PressProcess.Start(_python);
    }

    private void GetReady()
    {
        var next = PressProcess.Start(_python);
        lock (_lock)
        {
            if (!_disposed)
            {
                (next, _ready) = (_ready, next);
                _tired?.Dispose();
                _tired = clock.CreateTimer(_ => Exchange(null)?.Dispose(), null, Readiness, Timeout.InfiniteTimeSpan);
            }
        }

        next?.Dispose();
    }

    private PressProcess? Exchange(PressProcess? next)
    {
        lock (_lock)
        {
            (next, _ready) = (_ready, next);
            return next;
        }
    }

    [LoggerMessage(LogLevel.Error, "A paper could not be printed: {Reason}")]
    private static partial void Failed(ILogger log, string reason);
}
