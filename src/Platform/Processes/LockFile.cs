namespace Outpost.Platform.Processes;

/// <summary>
/// An exclusive hold on a file for as long as the process lives. The kernel lets go of it however the process ends, so it is never stale.
/// </summary>
public sealed class LockFile : IDisposable
{
    private const int WouldBlock = 11;
    private readonly FileStream _file;

    private LockFile(FileStream file) => _file = file;

    /// <returns>Null when another process holds it.</returns>
    /// <exception cref="TroubleException">The file cannot be written.</exception>
    public static LockFile? TryTake(string path)
    {
        try
        {
            return new(new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }));
        }
        catch (IOException e) when (e.HResult == WouldBlock)
        {
            return null;
        }
        catch (IOException e)
        {
            throw Storage.Trouble(path, e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw Storage.Trouble(path, e);
        }
    }

    public void Dispose() => _file.Dispose();
}
