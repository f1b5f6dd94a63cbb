using System.Globalization;

namespace Outpost.Operator.Commands;

/// <summary>The configuration file could not be written; the message names the file, the cause and the fix.</summary>
internal sealed class ConfigFileException(string message, bool refused, Exception? inner = null) : Exception(message, inner)
{
    public bool Refused { get; } = refused;
}

/// <summary>
/// Writes a file of secrets: readable by its owner alone from the first byte on, whole or not at all, never over another unless told to,
/// and ignored by git.
/// </summary>
internal sealed class ConfigFile(string file, TimeProvider clock, TextWriter talk)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _path = Path.GetFullPath(file);

    public void Write(string text, bool replace)
    {
        // Half-written it would be taken for whole, and briefly readable by others it would be no secret any more.
        var unfinished = $"{_path}.{Guid.NewGuid():n}.tmp";
        try
        {
            if (!replace && File.Exists(_path)) throw Exists();

            using (var stream = new FileStream(unfinished, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
            using (var writer = new StreamWriter(stream))
            {
                writer.Write(text);
                writer.Flush();
                stream.Flush(flushToDisk: true);
            }

            if (replace && File.Exists(_path)) KeepOld();
            File.Move(unfinished, _path, overwrite: replace);
            IgnoreInGit();
            talk.WriteLine($"Wrote {file} with fresh secrets, readable by you alone. Next: outpost config check");
        }
        catch (IOException) when (!replace && File.Exists(_path))
        {
            throw Exists();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigFileException($"{file} could not be written: {e.Message} Fix: choose a directory that is yours with --out FILE.", refused: false, e);
        }
        finally
        {
            if (File.Exists(unfinished)) File.Delete(unfinished);
        }
    }

    private ConfigFileException Exists() =>
        new($"{file} exists, and the secrets in it may be in use. Nothing was written. Fix: write another with --out FILE, or replace it with --force.", refused: true);

    // The passwords in it may be the only way into a database.
    private void KeepOld()
    {
        var kept = $"{_path}.{clock.GetUtcNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}";
        File.Copy(_path, kept);
        File.SetUnixFileMode(kept, OwnerOnly);
        talk.WriteLine($"The old {file} is kept as {Path.GetFileName(kept)}.");
    }

    private void IgnoreInGit()
    {
        var name = Path.GetFileName(_path);
        var below = Path.GetDirectoryName(_path)!;
        var root = below;
        while (root is not null && !Path.Exists(Path.Combine(root, ".git"))) root = Path.GetDirectoryName(root);
        if (root is null) return;

        string[] patterns = [name, "/" + Path.GetRelativePath(root, _path), Path.GetRelativePath(root, _path), .. name.StartsWith(".env", StringComparison.Ordinal) ? [".env*"] : Array.Empty<string>(), "*" + Path.GetExtension(name)];
        var lines = new[] { below, root }.Distinct().Select(d => Path.Combine(d, ".gitignore")).Where(File.Exists).SelectMany(File.ReadLines);
        if (lines.Any(l => patterns.Contains(l.Trim()))) return;

        var ignore = Path.Combine(root, ".gitignore");
        var newline = File.Exists(ignore) && File.ReadAllText(ignore) is { Length: > 0 } text && !text.EndsWith('\n') ? "\n" : "";
        File.AppendAllText(ignore, $"{newline}{name}\n");
        talk.WriteLine($"Added {name} to .gitignore.");
    }
}
