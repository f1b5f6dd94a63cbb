using System.Buffers;
using System.Security.Cryptography;
using Outpost.FieldService.Accounts;
using Outpost.Platform.Configuration;
using Outpost.Platform.Processes;

namespace Outpost.FieldService.Expenses;

/// <summary>
/// The receipts themselves, each under its account and the SHA-256 of its content: the same paper is kept once, no name comes from outside, and a file that has
/// its name is whole and on the disk. A file that no row names is harmless.
/// </summary>
internal sealed partial class ReceiptFiles(Settings settings, ILogger<ReceiptFiles> log)
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode PrivateFolder = Private | UnixFileMode.UserExecute;

    private readonly string _root = DataPath.Files(settings);

    /// <summary>Takes a file in as it arrives, and gives it its name when it is whole and on the disk. What breaks off leaves nothing behind.</summary>
    /// <exception cref="Kernel.RuleException">It is empty, too large or no paper, or it cannot be stored.</exception>
    public async Task<Receipt> TakeInAsync(AccountId account, Stream content, CancellationToken ct)
    {
        var folder = Path.Combine(_root, account.Value.ToString("N"));
        var arriving = Path.Combine(folder, $"{Guid.NewGuid():N}.arriving");
        try
        {
            Directory.CreateDirectory(folder, PrivateFolder);
            try
            {
                var receipt = await WriteAsync(arriving, content, ct);
                var path = PathOf(account, receipt.Sha256);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!, PrivateFolder);
                File.Move(arriving, path, overwrite: true);
                Storage.SyncNames(Path.GetDirectoryName(path)!);
                Storage.SyncNames(folder);
                return receipt;
            }
            finally
            {
                File.Delete(arriving);
            }
        }
        catch (IOException broken) when (broken is not BadHttpRequestException && !ct.IsCancellationRequested && IsOfTheDisk(broken))
        {
            NotStored(log, broken);
            throw Storage.IsFull(broken) ? ExpenseRules.DiskIsFull() : ExpenseRules.CannotStore();
        }
        catch (UnauthorizedAccessException refused)
        {
            NotStored(log, refused);
            throw ExpenseRules.CannotStore();
        }
    }

    /// <returns>Null when the file is gone, as after a restore of the database alone.</returns>
    public FileStream? Open(AccountId account, string sha256)
    {
        try
        {
            return new FileStream(PathOf(account, sha256), new FileStreamOptions { Access = FileAccess.Read, Options = FileOptions.Asynchronous | FileOptions.SequentialScan });
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static async Task<Receipt> WriteAsync(string path, Stream content, CancellationToken ct)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = Private, BufferSize = 0, Options = FileOptions.Asynchronous };
            await using var file = new FileStream(path, options);
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            string? type = null;
            long length = 0;
            while (await content.ReadAtLeastAsync(buffer, PaperType.Enough, throwOnEndOfStream: false, ct) is > 0 and var read)
            {
                type ??= PaperType.Of(buffer.AsSpan(0, read)) ?? throw ExpenseRules.ReceiptIsNoPaper();
                length += read;
                if (length > ExpenseRules.LargestReceipt) throw ExpenseRules.ReceiptIsTooLarge();
                hash.AppendData(buffer, 0, read);
                await file.WriteAsync(buffer.AsMemory(0, read), ct);
            }

            if (type is null) throw ExpenseRules.ReceiptIsEmpty();

            file.Flush(flushToDisk: true);
            return new(Convert.ToHexStringLower(hash.GetHashAndReset()), type, length);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private string PathOf(AccountId account, string sha256) => Path.Combine(_root, account.Value.ToString("N"), sha256[..2], sha256);

    // A connection that breaks is an IOException as well; the disk's are raised by the system and carry its number.
    private static bool IsOfTheDisk(IOException broken) => broken.GetType() == typeof(IOException) || broken is DirectoryNotFoundException or PathTooLongException;

    [LoggerMessage(LogLevel.Error, "A receipt could not be stored")]
    private static partial void NotStored(ILogger log, Exception cause);
}
