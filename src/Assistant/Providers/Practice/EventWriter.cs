using System.Text;

namespace Outpost.Assistant.Providers.Practice;

/// <summary>Writes events the way the script wants them cut and spelled.</summary>
internal sealed class EventWriter(Stream to, Script script, CancellationToken ct)
{
    private const int Full = 16 * 1024;

    private byte[] _buffer = new byte[1024];
    private int _length;

    public async ValueTask WriteAsync(string frame)
    {
        if (script.Chatty) frame = ": a comment, and after it data on two lines\n\n" + frame.Replace("data: {", "data: {\ndata: ", StringComparison.Ordinal);
        if (script.CarriageReturns) frame = frame.Replace("\n", "\r\n", StringComparison.Ordinal);
        var size = Encoding.UTF8.GetByteCount(frame);
        if (_length + size > _buffer.Length) Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + size));
        _length += Encoding.UTF8.GetBytes(frame, _buffer.AsSpan(_length));
        if (script.ChunkBytes > 0 || _length > Full) await FlushAsync();
    }

    public async ValueTask FlushAsync()
    {
        var step = script.ChunkBytes > 0 ? script.ChunkBytes : Math.Max(1, _length);
        for (var at = 0; at < _length; at += step)
        {
            await to.WriteAsync(_buffer.AsMemory(at, Math.Min(step, _length - at)), ct);
            await to.FlushAsync(ct);
        }

        _length = 0;
    }
}
