using Outpost.Kernel;

namespace Outpost.FieldService.Papers;

/// <summary>
/// Papers that were printed lately, by the fingerprint of what is on them: the same paper is printed once, and one that has changed is another. Whoever asks for
/// the same at the same moment waits for the same print.
/// </summary>
internal sealed class PrintedPapers(PdfPress press)
{
    private const int Most = 8 * 1024 * 1024;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<Kept>> _byFingerprint = new(StringComparer.Ordinal);
    private readonly LinkedList<Kept> _latestFirst = new();
    private readonly Dictionary<string, Task<byte[]>> _underWay = new(StringComparer.Ordinal);
    private int _size;

    private sealed record Kept(string Fingerprint, byte[] Pdf);

    /// <exception cref="RuleException">SERVICE_UNAVAILABLE</exception>
    public Task<byte[]> PrintAsync(PrintOrder order, CancellationToken ct)
    {
        Task<byte[]>? print;
        lock (_lock)
        {
            if (_byFingerprint.TryGetValue(order.Fingerprint, out var found))
            {
                _latestFirst.Remove(found);
                _latestFirst.AddFirst(found);
                return Task.FromResult(found.Value.Pdf);
            }

            if (!_underWay.TryGetValue(order.Fingerprint, out print))
            {
                // Whoever asked first may leave; others wait for it.
                print = Task.Run(() => FreshAsync(order), CancellationToken.None);
                _underWay[order.Fingerprint] = print;
            }
        }

        return print.WaitAsync(ct);
    }

    private async Task<byte[]> FreshAsync(PrintOrder order)
    {
        try
        {
            var pdf = await press.PrintAsync(order, CancellationToken.None);
            lock (_lock) Keep(new(order.Fingerprint, pdf));
            return pdf;
        }
        finally
        {
            lock (_lock) _underWay.Remove(order.Fingerprint);
        }
    }

    private void Keep(Kept kept)
    {
        if (kept.Pdf.Length > Most / 4 || _byFingerprint.ContainsKey(kept.Fingerprint)) return;

        _byFingerprint[kept.Fingerprint] = _latestFirst.AddFirst(kept);
        _size += kept.Pdf.Length;
        while (_size > Most && _latestFirst.Last is { } oldest)
        {
            _latestFirst.RemoveLast();
            _byFingerprint.Remove(oldest.Value.Fingerprint);
            _size -= oldest.Value.Pdf.Length;
        }
    }
}
