using Outpost.Platform.Configuration;

namespace Outpost.Assistant.Catalogue;

/// <summary>
/// The list of models in force. It is read again when its file changes: a list that is right takes over for the requests that begin afterwards, one that is
/// wrong is told and changes nothing.
/// </summary>
internal sealed partial class LiveModels : BackgroundService
{
    /// <summary>The setting that names the file.</summary>
    public const string Setting = "ASSISTANT_MODELS";

    /// <summary>The setting that stands above the file's own strategy.</summary>
    public const string StrategySetting = "DEFAULT_ROUTING_STRATEGY";

    public const string UsualFile = "config/models.yaml";

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);

    private readonly string? _file;
    private readonly Strategy? _strategy;
    private readonly TimeProvider _clock;
    private readonly ILogger<LiveModels> _log;
    private DateTime _stamp;
    private long _rejected;

    /// <exception cref="SettingsException">The list is wrong, or cannot be read.</exception>
    public LiveModels(Settings settings, TimeProvider clock, ILogger<LiveModels> log)
    {
        (_clock, _log, _file, _strategy) = (clock, log, FileOf(settings), StrategyOf(settings));
        _stamp = Stamp();
        Current = Read(_file, _strategy);
    }

    /// <summary>Take it once for a request and keep to it.</summary>
    public ModelList Current { get; private set; }

    /// <summary>How often a changed file was wrong.</summary>
    public long Rejected => Interlocked.Read(ref _rejected);

    /// <summary>The list that these settings name: the file of <c>ASSISTANT_MODELS</c>, else config/models.yaml where there is one, else the one built in.</summary>
    /// <exception cref="SettingsException">The list is wrong, or cannot be read.</exception>
    public static ModelList Load(Settings settings) => Read(FileOf(settings), StrategyOf(settings));

    /// <summary>Looks at the file once; the background does it every two seconds.</summary>
    public void Refresh()
    {
        if (_file is null || Stamp() is var stamp && stamp == _stamp) return;

        _stamp = stamp;
        try
        {
            Current = Read(_file, _strategy);
            Reloaded(_log, _file, Current.Models.Count);
        }
        catch (SettingsException e)
        {
            Interlocked.Increment(ref _rejected);
            foreach (var problem in e.Problems) Wrong(_log, problem.ToString());
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_file is null) return;

        using var timer = new PeriodicTimer(Look, _clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) Refresh();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private static string? FileOf(Settings settings) =>
        settings[Setting] is { } named ? Path.GetFullPath(named) : File.Exists(UsualFile) ? Path.GetFullPath(UsualFile) : null;

    private static Strategy? StrategyOf(Settings settings) => settings[StrategySetting] is { } word && ModelListFile.Strategies.TryGetValue(word, out var strategy) ? strategy : null;

    private static ModelList Read(string? file, Strategy? strategy)
    {
        var list = Read(file);
        return strategy is { } other ? new(list.Providers, list.Models, other) : list;
    }

    private static ModelList Read(string? file)
    {
        if (file is null)
        {
            using var built = new StreamReader(typeof(LiveModels).Assembly.GetManifestResourceStream("models.yaml") ?? throw new InvalidOperationException("The list of models is not in the assembly."));
            return ModelListFile.Parse(built.ReadToEnd(), "models.yaml");
        }

        try
        {
            return ModelListFile.Parse(File.ReadAllText(file), Path.GetRelativePath(Environment.CurrentDirectory, file) is var near && near.StartsWith("..", StringComparison.Ordinal) ? file : near);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException(new SettingsProblem(Setting, $"names {file}, which cannot be read", $"put the list of models there, or unset {Setting} for the one built in"));
        }
    }

    // A file that is gone for a moment, while an editor replaces it, is no change.
    private DateTime Stamp()
    {
        if (_file is null) return default;

        var now = File.GetLastWriteTimeUtc(_file);
        return now.Year < 1700 ? _stamp : now;
    }

    [LoggerMessage(LogLevel.Information, "the list of models was read again from {File}: {Models} models")]
    private static partial void Reloaded(ILogger log, string file, int models);

    [LoggerMessage(LogLevel.Warning, "the changed list of models is not used: {Problem}")]
    private static partial void Wrong(ILogger log, string problem);
}
