using System.ComponentModel;
using System.Diagnostics;
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
        ["pdf_date"] = $"D:{At.UtcDateTime:yyyyMMddHHmmss}Z",
        ["identifier"] = Fingerprint,
    });
}

/// <summary>
/// Prints PDF with WeasyPrint, in a process of its own for each paper: what it uses up is given back, and what goes wrong in it ends with it. The process reads
/// its order from a pipe and answers through one, may use so much memory and time, and fetches nothing.
/// </summary>
internal sealed partial class PdfPress(Settings settings, ILogger<PdfPress> log) : IDisposable
{
    public const string Key = "PDF_PYTHON";
    private const string UsualPython = "/usr/bin/python3";
    private const int Largest = 32 * 1024 * 1024;
    private const int WithoutWeasyPrint = 69;
    private const int MostWaiting = 32;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);
    private static readonly string Script = PaperHtml.Resource("press.py");

    // A small machine still has to answer while it prints.
    private readonly SemaphoreSlim _places = new(Math.Clamp(Environment.ProcessorCount / 2, 1, 2));
    private readonly string _python = settings[Key] ?? UsualPython;
    private int _waiting;

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

    public void Dispose() => _places.Dispose();

    private async Task<byte[]> RunAsync(PrintOrder order, CancellationToken ct)
    {
        // What the press puts aside for itself goes with it, however it ends.
        var aside = Directory.CreateTempSubdirectory("outpost-paper-");
        try
        {
            return await RunAsync(order, aside.FullName, ct);
        }
        finally
        {
            aside.Delete(recursive: true);
        }
    }

    private async Task<byte[]> RunAsync(PrintOrder order, string aside, CancellationToken ct)
    {
        using var process = Start(aside, order.At);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(Patience);
        try
        {
            // All three at once: a pipe that nobody empties stops the process.
            var complaint = process.StandardError.ReadToEndAsync(patience.Token);
            var printed = ReadAsync(process.StandardOutput.BaseStream, patience.Token);
            await WriteAsync(process, order.Json(), patience.Token);
            var pdf = await printed;
            await process.WaitForExitAsync(patience.Token);
            if (process.ExitCode == WithoutWeasyPrint) throw PaperRules.NoPress();
            if (process.ExitCode == 0 && pdf.AsSpan().StartsWith("%PDF-"u8)) return pdf;

            Failed(log, process.ExitCode, Ending(await complaint));
            throw PaperRules.PressFailed();
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            Failed(log, -1, "took too long");
            throw PaperRules.PressFailed();
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync(CancellationToken.None);
            }
        }
    }

    private Process Start(string aside, DateTimeOffset at)
    {
        var start = new ProcessStartInfo(_python, ["-s", "-B", "-c", Script]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        start.StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        // No setting of the service, no secret, goes into a process that only prints.
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/local/bin:/usr/bin:/bin";
        start.Environment["LANG"] = "C.UTF-8";
        start.Environment["TMPDIR"] = aside;
        // The same order is the same file: neither the time of printing nor chance has a part in it.
        start.Environment["SOURCE_DATE_EPOCH"] = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        start.Environment["PYTHONHASHSEED"] = "0";
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            throw PaperRules.NoPress();
        }
    }

    private static async Task WriteAsync(Process process, string order, CancellationToken ct)
    {
        try
        {
            await process.StandardInput.WriteAsync(order.AsMemory(), ct);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended before it had read everything, and its exit code says why.
        }
    }

    private static async Task<byte[]> ReadAsync(Stream output, CancellationToken ct)
    {
        using var kept = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (await output.ReadAsync(buffer, ct) is > 0 and var read)
        {
            if (kept.Length + read > Largest) throw PaperRules.PressFailed();
            kept.Write(buffer, 0, read);
        }

        return kept.ToArray();
    }

    // The last line of a Python error says what it is; what stands on the paper is not in it.
    private static string Ending(string complaint) => complaint.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() is { } line ? line[..Math.Min(line.Length, 200)] : "no message";

    [LoggerMessage(LogLevel.Error, "A paper could not be printed: exit code {Code}, {Reason}")]
    private static partial void Failed(ILogger log, int code, string reason);
}
