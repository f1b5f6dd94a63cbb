using System.Buffers;

namespace Outpost.Aicq.Web;

internal static class RequestBody
{
    /// <summary>The hub takes no more: what a direct message of the published clients needs.</summary>
    public const int Most = 8192;

    /// <summary>All of it, exactly as it came; on a GET too.</summary>
    /// <exception cref="BadHttpRequestException">It is longer than <see cref="Most"/>, or broke off.</exception>
    public static async ValueTask<byte[]> ReadAsync(HttpContext http, CancellationToken ct)
    {
        var reader = http.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(ct);
            if (read.IsCompleted)
            {
                var body = read.Buffer.ToArray();
                reader.AdvanceTo(read.Buffer.End);
                return body;
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }
}
