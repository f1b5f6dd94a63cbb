using Outpost.Operator.Locks;
using Outpost.Operator.Runtimes;
using Outpost.Platform.Configuration;
using Outpost.Platform.Processes;

namespace Outpost.Operator.Journal;

/// <summary>Begins the commands that change an installation: one at a time, each in the journal from its first to its last step.</summary>
public sealed class Operations(TimeProvider clock)
{
    internal TimeProvider Clock => clock;

    /// <summary>Called after each line is on the disk.</summary>
    internal Action<JournalLine>? Written { get; init; }

    /// <summary>Does the work under the lock. It ended well when the work returns, and failed when it throws.</summary>
    /// <param name="data">Whose lock and journal; made when it is not there.</param>
    /// <param name="command">As it is typed, without its options: <c>backup run</c>.</param>
    /// <param name="target">What it changes.</param>
    /// <param name="say">Told about commands before this one that were cut off.</param>
    /// <param name="work">What to do.</param>
    /// <exception cref="TroubleException">Someone else holds the lock, or the journal cannot be written: nothing was done.</exception>
    public async Task<T> RunAsync<T>(DataDirectory data, string command, string target, Action<string> say, Func<Operation, Task<T>> work)
    {
        using var operation = Operation.Begin(data, command, target, this, say);
        try
        {
            var result = await work(operation);
            operation.Succeed();
            return result;
        }
        catch (TroubleException e)
        {
            operation.Fail(e.Message);
            throw;
        }
        catch (SettingsException e)
        {
            operation.Fail(e.Problems[0].Key + " " + e.Problems[0].Cause);
            throw;
        }
        catch (OperationCanceledException)
        {
            operation.Fail("stopped");
            throw;
        }
    }

    /// <summary>
    /// As <see cref="RunAsync{T}"/>, for work that also has to go where there is no installation, as in a container with nothing to write on: there the
    /// database's own record is all there is. It ended well when it returns 0.
    /// </summary>
    /// <exception cref="TroubleException">As there.</exception>
    internal async Task<int> RunWhereInstalledAsync(DataDirectory data, string command, string target, Action<string> say, Func<Task<int>> work)
    {
        if (!IsInstalled(data)) return await work();

        using var operation = Operation.Begin(data, command, target, this, say);
        try
        {
            var code = await work();
            if (code == ExitCodes.Ok) operation.Succeed();
            else operation.Fail(Ended(code));
            return code;
        }
        catch (Exception e) when (Word(e) is { } why)
        {
            operation.Fail(why);
            throw;
        }
    }

    /// <summary>
    /// Notes a command that need not wait for others, and must not have to: who cannot sign in any more shall not wait for a backup. Its lines are written
    /// together, when it is known how it ended.
    /// </summary>
    internal async Task<int> NotedAsync(DataDirectory data, string command, string target, Action<string> say, Func<Task<int>> work)
    {
        var begun = clock.GetTimestamp();
        var now = clock.GetUtcNow();
        var first = new JournalLine(now, Guid.CreateVersion7(now), JournalEvent.Start, Operation.Caller(), Environment.ProcessId, command, target);
        try
        {
            var code = await work();
            Note(code == ExitCodes.Ok ? null : Ended(code));
            return code;
        }
        catch (Exception e) when (Word(e) is { } why)
        {
            Note(why);
            throw;
        }

        void Note(string? why)
        {
            if (!IsInstalled(data)) return;

            try
            {
                new OperationJournal(data.Journal).Append(first, first with
                {
                    At = clock.GetUtcNow(), Event = JournalEvent.End, Outcome = why is null ? JournalOutcome.Ok : JournalOutcome.Failed, Detail = why, Ms = (long)clock.GetElapsedTime(begun).TotalMilliseconds,
                });
            }
            catch (TroubleException e)
            {
                // It is done, and cannot be undone for want of a line.
                say($"The journal could not be written: {e.Message}");
            }
        }
    }

    private static bool IsInstalled(DataDirectory data) => File.Exists(data.Secrets) || File.Exists(data.Journal);

    private static string Ended(int code) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"ended with {code}");

    // What a server says of rows, or a rule of a person's input, may hold somebody's data.
    private static string? Word(Exception e) => e switch
    {
        TroubleException trouble => trouble.Message,
        SettingsException wrong => wrong.Problems[0].Key + " " + wrong.Problems[0].Cause,
        Platform.Migrations.MigrationException migration => migration.Fault.ToString().ToLowerInvariant(),
        Kernel.RuleException rule => rule.Code,
        OperationCanceledException => "stopped",
        _ => null,
    };

    /// <summary>As <see cref="RunAsync{T}"/>, for work without a result.</summary>
    /// <exception cref="TroubleException">As there.</exception>
    public Task RunAsync(DataDirectory data, string command, string target, Action<string> say, Func<Operation, Task> work) =>
        RunAsync(data, command, target, say, async operation =>
        {
            await work(operation);
            return true;
        });
}

/// <summary>A command that changes an installation, while it does so. It holds the lock until it is disposed.</summary>
public sealed class Operation : IDisposable
{
    private readonly OperationLock _lock;
    private readonly OperationJournal _journal;
    private readonly Operations _operations;
    private readonly Action<string> _say;
    private readonly long _start;
    private readonly JournalLine _first;
    private bool _ended;

    private Operation(OperationLock held, OperationJournal journal, JournalLine first, Operations operations, Action<string> say)
    {
        (_lock, _journal, _first, _operations, _say) = (held, journal, first, operations, say);
        _start = operations.Clock.GetTimestamp();
    }

    public Guid Id => _first.Run;

    public DateTimeOffset StartedAt => _first.At;

    public TimeSpan Elapsed => _operations.Clock.GetElapsedTime(_start);

    /// <summary>Commands before this one that were killed and that nobody has seen to yet, oldest first.</summary>
    public IReadOnlyList<JournalledRun> CutOff { get; private init; } = [];

    /// <summary>Notes a step before it is done, so that who comes after a kill knows what may have been.</summary>
    /// <param name="step">A short fixed name.</param>
    /// <param name="detail">What a later command has to know to go on from here.</param>
    /// <exception cref="TroubleException">It could not be written; the step must not be done.</exception>
    public void Step(string step, string? detail = null) => Write(_first with { Event = JournalEvent.Step, Step = step, Detail = detail });

    internal static Operation Begin(DataDirectory data, string command, string target, Operations operations, Action<string> say)
    {
        PrivateDirectory.Ensure(data.Path, passable: UnixUser.IsRoot);
        var now = operations.Clock.GetUtcNow();
        var first = new JournalLine(now, Guid.CreateVersion7(now), JournalEvent.Start, Caller(), Environment.ProcessId, command, target);
        var held = OperationLock.Take(data, new(ProcessIdentity.Own, first.Run, first.Who, command, target, now));
        try
        {
            var journal = new OperationJournal(data.Journal);
            // We hold the lock, so whoever has not ended by now never will.
            var cutOff = journal.Runs().Where(r => r.End is null).ToArray();
            journal.Append(first);
            operations.Written?.Invoke(first);
            foreach (var run in cutOff)
            {
                say($"outpost {run.Start.Command} {run.Start.Target} of {run.Start.At:yyyy-MM-dd HH:mm:ss}Z was cut off {(run.Steps is [.., var last] ? $"at {last.Step}" : "at its start")}");
                var end = run.Start with { At = now, Event = JournalEvent.End, Outcome = JournalOutcome.CutOff, Ms = (long)(now - run.Start.At).TotalMilliseconds };
                journal.Append(end);
                operations.Written?.Invoke(end);
            }

            return new(held, journal, first, operations, say) { CutOff = cutOff };
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    internal void Succeed()
    {
        Write(_first with { Event = JournalEvent.End, Outcome = JournalOutcome.Ok });
        _ended = true;
    }

    internal void Fail(string why)
    {
        _ended = true;
        try
        {
            Write(_first with { Event = JournalEvent.End, Outcome = JournalOutcome.Failed, Detail = why });
        }
        catch (TroubleException e)
        {
            // What failed is told to the caller anyway, and must not be hidden behind a full disk.
            _say($"The journal could not be written: {e.Message}");
        }
    }

    public void Dispose()
    {
        if (!_ended) Fail("ended by a fault in outpost itself");
        _lock.Dispose();
    }

    private void Write(JournalLine line)
    {
        var timed = line with { At = _operations.Clock.GetUtcNow(), Ms = (long)Elapsed.TotalMilliseconds };
        _journal.Append(timed);
        _operations.Written?.Invoke(timed);
    }

    internal static string Caller()
    {
        var name = UnixUser.NameOf(UnixUser.OwnId);
        return Environment.GetEnvironmentVariable("SUDO_USER") is { Length: > 0 } caller && caller != name ? $"{name} (sudo by {caller})" : name;
    }
}
