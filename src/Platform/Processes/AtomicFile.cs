using System.Text;

namespace Outpost.Platform.Processes;

/// <summary>Writes a file that is either the old one or the new one at every instant, also after the plug was pulled.</summary>
public static class AtomicFile
{
    public const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    public const UnixFileMode Readable = Private | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <exception cref="TroubleException">It cannot be written.</exception>
    public static void Write(string path, string text, UnixFileMode mode = Private)
    {
        var next = $"{path}.{Environment.ProcessId}.new";
        try
        {
            File.Delete(next);
            using (var file = new FileStream(next, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = mode }))
            {
                file.Write(Encoding.UTF8.GetBytes(text));
                file.Flush(flushToDisk: true);
            }

            // The mask of the process may have taken away what the mode grants.
            File.SetUnixFileMode(next, mode);
            File.Move(next, path, overwrite: true);
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
}
