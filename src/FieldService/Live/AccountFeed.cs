using Npgsql;
using Outpost.FieldService.Accounts;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Live;

/// <summary>
/// The newest changes of one account, held once for all its open pages of this process: a page has a position in them and nothing else. What is no longer held is
/// told as a gap, so memory has an end.
/// </summary>
internal sealed class AccountFeed(NpgsqlDataSource source, Guid account, TimeProvider clock)
{
    private const int Held = 256, MostAtOnce = 200;

    // The service itself, for the account: what a page may be told of it is decided for each page.
    private readonly ReadDb _db = new(source, new Tenant(account, Guid.Empty, Words<UserRole>.Of(UserRole.Owner)));
    private readonly Change[] _changes = new Change[Held];
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _end, _seq = -1;

    public Guid Account { get; } = account;

    /// <summary>How many pages are open; written under the lock of <see cref="LiveFeeds"/>.</summary>
    public int Pages { get; set; }

    /// <summary>When somebody last asked for it.</summary>
    public DateTimeOffset UsedAt { get; set; }

    /// <summary>1 while it waits to be read.</summary>
    public int Waits;

    /// <summary>Completes at the next change, at the next beat of the heart, and when the host ends.</summary>
    public Task News => Volatile.Read(ref _news).Task;

    /// <summary>Behind the newest change.</summary>
    public long End => Volatile.Read(ref _end);

    /// <summary>The place in the history up to which changes are known.</summary>
    public long Seq => Volatile.Read(ref _seq);

    public IReadOnlyList<OpenEditor> Editors { get; private set; } = [];

    /// <summary>Completes when the first place is known.</summary>
    public Task ReadyAsync(CancellationToken ct) => _ready.Task.WaitAsync(ct);

    public void Wake() => Interlocked.Exchange(ref _news, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    /// <summary>The change at a position, which is moved behind it; null when it is not there yet. What is held no longer is a gap.</summary>
    public Change? Next(ref long position)
    {
        var end = End;
        if (position >= end) return null;
        if (end - position < Held)
        {
            var held = Volatile.Read(ref _changes[position % Held]);
            // Looked at after the read: the writer may have come around meanwhile.
            if (End - position < Held)
            {
                position++;
                return held;
            }
        }

        position = End;
        return Change.Gap(Seq);
    }

    /// <summary>What was changed behind a place, or a gap when that is too much to tell one by one.</summary>
    public async Task<IReadOnlyList<Change>> BehindAsync(long seen, CancellationToken ct)
    {
        var known = Seq;
        // A place of another database, or from before a restore.
        if (seen > known) return [Change.Gap(known)];
        if (known - seen > MostAtOnce) return [Change.Gap(known)];

        return seen == known ? [] : await _db.ListAsync<Change>(Changes(seen, known), ct);
    }

    /// <summary>Reads what is new. Called by one at a time.</summary>
    public async Task ReadAsync(CancellationToken ct)
    {
        var seen = Seq;
        if (seen < 0)
        {
            Volatile.Write(ref _seq, await _db.ValueAsync<long>($"select coalesce((select seq from audit_chain where account_id = {Account} order by seq desc limit 1), 0)", ct));
            _ready.TrySetResult();
        }

        var (changes, editors) = await _db.ReadAsync(
            [
                Changes(Seq, long.MaxValue),
                $"""
                select e.id as page, e.user_id, u.full_name, e.entity_type, e.entity_id from open_editors e join users u on u.account_id = e.account_id and u.id = e.user_id
                where e.account_id = {Account} and e.seen_at > {clock.GetUtcNow() - LiveSql.Lasts} order by e.seen_at, e.id limit {MostAtOnce}
                """,
            ],
            async (results, token) => (await results.ListAsync<Change>(token), await results.ListAsync<OpenEditor>(token)), ct);
        Editors = editors;
        if (changes.Count > MostAtOnce)
        {
            var newest = await _db.ValueAsync<long>($"select seq from audit_chain where account_id = {Account} order by seq desc limit 1", ct);
            changes = [Change.Gap(newest)];
        }

        foreach (var change in changes)
        {
            Volatile.Write(ref _changes[_end % Held], change);
            Volatile.Write(ref _seq, change.Seq);
            Volatile.Write(ref _end, _end + 1);
        }

        Wake();
    }

    private Sql Changes(long behind, long upTo) => $"""
        select c.seq, a.entity_type as kind, a.entity_id as id, a.action, a.actor_id, u.full_name as actor, w.visit_id, w.job_id,
               array(select t.user_id from visit_technicians t where t.account_id = c.account_id and (t.visit_id = w.visit_id or (a.entity_type = 'job' and t.job_id = a.entity_id))
                     union select p::uuid from jsonb_array_elements_text(case when a.entity_type = 'visit' and jsonb_typeof(a.old_value -> 'technician_ids') = 'array' then a.old_value -> 'technician_ids' else '[]' end) p) as crew
        from audit_chain c
        join audit_log a on a.account_id = c.account_id and a.id = c.audit_id
        left join users u on u.account_id = a.account_id and u.id = a.actor_id
        cross join lateral (
          select case when a.entity_type = 'visit' then a.entity_id else coalesce(a.new_value ->> 'visit_id', a.old_value ->> 'visit_id')::uuid end as visit_id,
                 case when a.entity_type = 'job' then a.entity_id else coalesce(a.new_value ->> 'job_id', a.old_value ->> 'job_id')::uuid end as job_id) w
        where c.account_id = {Account} and c.seq > {behind} and c.seq <= {upTo}
        order by c.seq limit {MostAtOnce + 1}
        """;
}
