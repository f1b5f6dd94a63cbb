using System.Security.Cryptography;
using Outpost.Operator.Runtimes;
using Outpost.Platform.Processes;

namespace Outpost.Operator.Backups.Offsite;

/// <summary>Whatever rclone knows: S3, WebDAV, SFTP, a cloud's drive. How to get in stands in rclone's own configuration.</summary>
/// <param name="remote">As rclone writes it: <c>backup:ai-fsm-backups</c>.</param>
internal sealed class RcloneFarEnd(string remote) : IFarEnd
{
    private static readonly string[] Patience = ["--retries", "2", "--low-level-retries", "3", "--contimeout", "15s", "--timeout", "2m", "--stats", "0"];

    public string Name => "rclone:" + remote;

    public async Task PutAsync(string path, string name, CancellationToken ct) => await RunAsync(ct, "copyto", "--ignore-times", path, At(name));

    public async Task<string?> DifferenceAsync(string path, string name, HashedFile sent, CancellationToken ct)
    {
        if (await HashAsync("sha256", name, ct) is { } there) return there == sent.Sha256 ? null : Differs(name);
        if (await HashAsync("md5", name, ct) is { } md5)
        {
            await using var file = File.OpenRead(path);
#pragma warning disable CA5351 // Not for secrecy: many object stores tell no other checksum of what arrived.
            return md5 == Convert.ToHexStringLower(await MD5.HashDataAsync(file, ct)) ? null : Differs(name);
#pragma warning restore CA5351
        }

        // It tells no checksum at all, so what lies there is read back.
        return await HashAsync("sha256", name, ct, "--download") is { } read ? (read == sent.Sha256 ? null : Differs(name)) : $"{name} is not there";
    }

    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken ct) =>
        (await RunAsync(ct, "lsf", "--files-only", remote)).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    public async Task GetAsync(string name, string path, CancellationToken ct) => await RunAsync(ct, "copyto", At(name), path);

    public async Task RemoveAsync(IReadOnlyList<string> names, CancellationToken ct)
    {
        foreach (var name in names) await RunAsync(ct, "deletefile", At(name));
    }

    /// <returns>Null when the far end does not tell this one, or the file is not there.</returns>
    private async Task<string?> HashAsync(string kind, string name, CancellationToken ct, params string[] more)
    {
        var run = await ToolRun.OfAsync(new("rclone", ["hashsum", kind, .. more, .. Patience, At(name)]) { InheritsEnvironment = true }, ct);
        var hash = run.Output.Split(' ', 2)[0].Trim();
        return run.Code == 0 && hash.Length >= 32 && hash.All(char.IsAsciiHexDigitLower) ? hash : null;
    }

    private async Task<ToolRun> RunAsync(CancellationToken ct, params string[] words)
    {
        var run = await ToolRun.OfAsync(new("rclone", [words[0], .. Patience, .. words[1..]]) { InheritsEnvironment = true }, ct);
        return run.Code == 0 ? run : throw new TroubleException(TroubleKind.Failed, $"rclone could not reach or use {remote}", $"try it by hand: rclone lsf {remote}", run.Evidence);
    }

    private string At(string name) => remote.EndsWith(':') || remote.EndsWith('/') ? remote + name : $"{remote}/{name}";

    private static string Differs(string name) => $"{name} has another checksum there than what was sent";
}
