namespace Outpost.Platform.Configuration;

/// <summary>Where one installation keeps everything that must survive.</summary>
public static class DataPath
{
    public const string Key = "OUTPOST_DATA";
    public const string FilesKey = "FSM_FILES_DIR";

    /// <summary>The directory that was asked for, else <c>OUTPOST_DATA</c>, else where data of this user belongs; absolute, without a slash at its end.</summary>
    public static string Of(string? asked, Settings settings) => Whole(asked ?? settings[Key] ?? (Environment.IsPrivilegedProcess
        ? "/var/lib/outpost"
        : Path.Combine(settings["XDG_DATA_HOME"] ?? Path.Combine(settings["HOME"] ?? "/nonexistent", ".local/share"), "outpost")));

    /// <summary>Where the field service keeps what people upload: <c>FSM_FILES_DIR</c>, else inside the data directory.</summary>
    public static string Files(Settings settings) => settings[FilesKey] is { } set ? Whole(set) : Path.Combine(Of(null, settings), "files");

    private static string Whole(string path) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
}
