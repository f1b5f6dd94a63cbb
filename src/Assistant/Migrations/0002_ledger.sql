-- The spending ledger. Money is whole nano-dollars. Before a provider is called a hold over the upper bound of the cost is taken; afterwards it is
-- settled with what was really used. At every instant, for everything together and for each key,
--
--     settled within the window + all live holds <= limit of the window
--
-- because every change goes through the functions below, which lock the row of the whole first and so run one after the other. What was settled
-- counts from the moment it was settled, so a charge is inside the window for at least as long as the provider's own clock would have it there.

create table budgets (
  scope uuid primary key,
  request_limit bigint,
  hour_limit bigint,
  day_limit bigint,
  request_warn bigint,
  hour_warn bigint,
  day_warn bigint,
  held bigint not null default 0,
  hour_settled bigint not null default 0,
  hour_from timestamptz not null default '-infinity',
  day_settled bigint not null default 0,
  day_from timestamptz not null default '-infinity',
  seen_at timestamptz not null default '-infinity',
  hour_warned_at timestamptz,
  day_warned_at timestamptz,
  hour_hit_at timestamptz,
  day_hit_at timestamptz,
  constraint limits_are_not_negative check (least(request_limit, hour_limit, day_limit, request_warn, hour_warn, day_warn) >= 0),
  constraint nothing_negative_is_held check (held >= 0),
  constraint nothing_negative_is_settled check (hour_settled >= 0 and day_settled >= 0)
) with (fillfactor = 20);
comment on table budgets is 'one row per API key, and one of all zeros for everything together: what is held, and what was settled since hour_from and day_from';

insert into budgets (scope) values ('00000000-0000-0000-0000-000000000000');

-- What was settled in which minute: lets a window move on without reading the ledger. The oldest minute leaves as a whole, so a window is
-- up to a minute longer than it says, never shorter.
create table spend_minutes (
  scope uuid not null references budgets on delete cascade,
  minute timestamptz not null,
  settled bigint not null,
  primary key (scope, minute),
  constraint a_minute_is_whole check (date_trunc('minute', minute, 'UTC') = minute),
  constraint no_minute_is_negative check (settled >= 0)
) with (fillfactor = 50);

create table holds (
  id uuid primary key,
  key_id uuid,
  person_id uuid,
  conversation_id uuid,
  service text not null,
  model text not null,
  bound bigint not null,
  max_tokens bigint,
  held_at timestamptz not null,
  expires_at timestamptz not null,
  state text not null,
  settled bigint,
  settled_at timestamptz,
  flagged text,
  constraint a_state_is_known check (state in ('held', 'settled', 'expired', 'released')),
  constraint a_bound_is_not_negative check (bound >= 0),
  constraint a_hold_ends_after_it_began check (expires_at > held_at),
  constraint what_is_over_was_settled check ((state = 'held') = (settled_at is null) and (settled_at is null) = (settled is null)),
  constraint no_negative_cost check (settled >= 0),
  constraint a_flag_is_known check (flagged in ('expired', 'late', 'over_bound', 'resolved'))
) with (fillfactor = 80);
create index live_holds_by_their_end on holds (expires_at) where state = 'held';
create index settled_holds_by_time on holds (settled_at) where settled_at is not null;
create index flagged_holds on holds (settled_at) where flagged is not null;

-- The rates that were in force, so that every line can be computed again for ever.
create table price_versions (
  version text primary key,
  canonical text not null,
  first_used_at timestamptz not null default now()
);

-- One line per attempt at a provider: what it used in buckets that exclude each other, and what that cost.
create table charges (
  hold_id uuid not null,
  attempt int not null,
  attempt_id uuid not null,
  provider text not null,
  model text not null,
  price_version text not null,
  uncached_input bigint not null,
  cache_read bigint not null,
  cache_write_5m bigint not null,
  cache_write_1h bigint not null,
  output_visible bigint not null,
  reasoning bigint not null,
  cost bigint not null,
  basis text not null,
  outcome text not null,
  settled_at timestamptz not null,
  primary key (hold_id, attempt),
  constraint a_basis_is_known check (basis in ('reported', 'counted', 'bound')),
  constraint no_bucket_is_negative check (least(uncached_input, cache_read, cache_write_5m, cache_write_1h, output_visible, reasoning, cost) >= 0)
);
comment on column charges.attempt_id is 'what the provider was told as x-client-request-id';
create index charges_by_time on charges (settled_at);

-- A threshold was crossed. Written once per window: the next one only when the window has passed.
create table budget_events (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  scope uuid not null,
  kind text not null,
  time_window text not null,
  threshold bigint not null,
  used bigint not null,
  hold_id uuid not null,
  constraint an_event_kind_is_known check (kind in ('warn', 'limit')),
  constraint a_window_is_known check (time_window in ('request', 'hour', 'day'))
);
create index events_by_time on budget_events (at);

-- A budget as it stands at a moment: what has left the windows since is taken off. A clock that goes back changes nothing until it has caught up.
create function ledger_roll(b budgets, p_now timestamptz) returns budgets language plpgsql as $$
declare
  hour_from timestamptz;
  day_from timestamptz;
begin
  b.seen_at := greatest(b.seen_at, p_now);
  hour_from := date_trunc('minute', b.seen_at - interval '1 hour', 'UTC');
  day_from := date_trunc('minute', b.seen_at - interval '24 hours', 'UTC');
  if hour_from > b.hour_from then
    b.hour_settled := b.hour_settled - coalesce((select sum(m.settled) from spend_minutes m where m.scope = b.scope and m.minute >= b.hour_from and m.minute < hour_from), 0);
    b.hour_from := hour_from;
  end if;
  if day_from > b.day_from then
    b.day_settled := b.day_settled - coalesce((select sum(m.settled) from spend_minutes m where m.scope = b.scope and m.minute >= b.day_from and m.minute < day_from), 0);
    b.day_from := day_from;
  end if;
  return b;
end $$;

create function ledger_lock(p_scope uuid, p_now timestamptz) returns budgets language plpgsql as $$
declare b budgets;
begin
  select * into b from budgets where scope = p_scope for update;
  if not found then
    insert into budgets (scope) values (p_scope) on conflict do nothing;
    select * into b from budgets where scope = p_scope for update;
  end if;
  return ledger_roll(b, p_now);
end $$;

create function ledger_keep(b budgets) returns void language sql as $$
  update budgets set held = b.held, hour_settled = b.hour_settled, hour_from = b.hour_from, day_settled = b.day_settled, day_from = b.day_from, seen_at = b.seen_at,
    hour_warned_at = b.hour_warned_at, day_warned_at = b.day_warned_at, hour_hit_at = b.hour_hit_at, day_hit_at = b.day_hit_at
  where scope = b.scope
$$;

-- Adds to what was settled in the running minute.
create function ledger_book(b budgets, p_cost bigint) returns budgets language plpgsql as $$
begin
  if p_cost <> 0 then
    insert into spend_minutes as m (scope, minute, settled) values (b.scope, date_trunc('minute', b.seen_at, 'UTC'), p_cost)
    on conflict (scope, minute) do update set settled = m.settled + excluded.settled;
    b.hour_settled := b.hour_settled + p_cost;
    b.day_settled := b.day_settled + p_cost;
  end if;
  return b;
end $$;

-- What one more request may cost at most within this budget; null without any limit.
create function ledger_room(b budgets) returns bigint language sql immutable as $$
  select least(b.request_limit, b.hour_limit - b.hour_settled - b.held, b.day_limit - b.day_settled - b.held)
$$;

-- When enough will have left the window for this much to fit; null when it never will.
create function ledger_opens(b budgets, p_window text, p_bound bigint) returns timestamptz language plpgsql as $$
declare
  length interval := case p_window when 'hour' then interval '1 hour' else interval '24 hours' end;
  limited bigint := case p_window when 'hour' then b.hour_limit else b.day_limit end;
  settled bigint := case p_window when 'hour' then b.hour_settled else b.day_settled end;
  since timestamptz := case p_window when 'hour' then b.hour_from else b.day_from end;
  opens timestamptz;
begin
  if p_window = 'request' or p_bound > limited then return null; end if;
  select m.minute + interval '1 minute' + length into opens
  from (select minute, sum(s.settled) over (order by minute) as freed from spend_minutes s where s.scope = b.scope and s.minute >= since) m
  where m.freed >= settled + b.held + p_bound - limited
  order by m.minute limit 1;
  -- Otherwise it waits for holds to end, which nobody can foresee.
  return coalesce(opens, b.seen_at + interval '10 seconds');
end $$;

-- Notes a threshold that was crossed, unless its window still runs since it was noted last.
create function ledger_note(p_at timestamptz, p_last timestamptz, p_scope uuid, p_kind text, p_window text, p_threshold bigint, p_used bigint, p_hold uuid)
returns boolean language plpgsql as $$
begin
  if p_last > p_at - (case p_window when 'hour' then interval '1 hour' else interval '24 hours' end) then return false; end if;

  insert into budget_events (at, scope, kind, time_window, threshold, used, hold_id) values (p_at, p_scope, p_kind, p_window, p_threshold, p_used, p_hold);
  return true;
end $$;

-- Takes holds, each as a whole or not at all. The limits of the whole are the stricter of what is given and what is kept.
-- p_retry: a hold that is there already is answered, not taken twice. A refusal tells the room that there was.
create function ledger_hold(
  p_now timestamptz, p_limits bigint[], p_retry boolean,
  p_ids uuid[], p_keys uuid[], p_people uuid[], p_conversations uuid[], p_services text[], p_models text[],
  p_bounds bigint[], p_max_tokens bigint[], p_lifetimes int[])
returns table (hold_id uuid, granted boolean, bound bigint, room bigint, refused_by text, of_key boolean, limited_to bigint, used bigint, opens_at timestamptz, warned text)
language plpgsql security definer set search_path = public, pg_temp as $$
#variable_conflict use_variable
declare
  nobody constant uuid := '00000000-0000-0000-0000-000000000000';
  g budgets;
  k budgets;
  b budgets;
  taken int[] := '{}';
  bounds bigint[] := '{}';
begin
  g := ledger_lock(nobody, p_now);
  g.request_limit := least(g.request_limit, p_limits[1]);
  g.hour_limit := least(g.hour_limit, p_limits[2]);
  g.day_limit := least(g.day_limit, p_limits[3]);
  g.hour_warn := least(g.hour_warn, p_limits[5]);
  g.day_warn := least(g.day_warn, p_limits[6]);

  for i in 1..cardinality(p_ids) loop
    hold_id := p_ids[i];
    refused_by := null; of_key := false; limited_to := null; used := null; opens_at := null; warned := null;

    if p_retry then
      select h.state = 'held', h.bound into granted, bound from holds h where h.id = hold_id;
      if found then
        if not granted then refused_by := 'released'; end if;
        return next;
        continue;
      end if;
    end if;

    if p_keys[i] is distinct from k.scope then
      if k.scope is not null then perform ledger_keep(k); end if;
      k := null;
      if p_keys[i] is not null then k := ledger_lock(p_keys[i], g.seen_at); end if;
    end if;

    bound := p_bounds[i];
    room := ledger_room(g);
    if k.scope is not null then room := least(room, ledger_room(k)); end if;
    -- What costs nothing needs no room.
    granted := bound = 0 or room is null or bound <= room;

    if granted then
      g.held := g.held + bound;
      if k.scope is not null then k.held := k.held + bound; end if;
      taken := taken || i;
      bounds := bounds || bound;
    else
      of_key := bound <= ledger_room(g) or ledger_room(g) is null;
      b := case when of_key then k else g end;
      refused_by := case when bound > b.request_limit then 'request' when bound > b.hour_limit - b.hour_settled - b.held then 'hour' else 'day' end;
      limited_to := case refused_by when 'request' then b.request_limit when 'hour' then b.hour_limit else b.day_limit end;
      used := case refused_by when 'request' then 0 when 'hour' then b.hour_settled + b.held else b.day_settled + b.held end;
      opens_at := ledger_opens(b, refused_by, bound);
      if refused_by = 'hour' then
        if ledger_note(g.seen_at, b.hour_hit_at, b.scope, 'limit', 'hour', limited_to, used, hold_id) then
          if of_key then k.hour_hit_at := g.seen_at; else g.hour_hit_at := g.seen_at; end if;
        end if;
      elsif refused_by = 'day' then
        if ledger_note(g.seen_at, b.day_hit_at, b.scope, 'limit', 'day', limited_to, used, hold_id) then
          if of_key then k.day_hit_at := g.seen_at; else g.day_hit_at := g.seen_at; end if;
        end if;
      end if;
    end if;

    if g.hour_settled + g.held >= g.hour_warn then
      if ledger_note(g.seen_at, g.hour_warned_at, nobody, 'warn', 'hour', g.hour_warn, g.hour_settled + g.held, hold_id) then
        g.hour_warned_at := g.seen_at; warned := concat_ws(',', warned, 'hour');
      end if;
    end if;
    if g.day_settled + g.held >= g.day_warn then
      if ledger_note(g.seen_at, g.day_warned_at, nobody, 'warn', 'day', g.day_warn, g.day_settled + g.held, hold_id) then
        g.day_warned_at := g.seen_at; warned := concat_ws(',', warned, 'day');
      end if;
    end if;
    if k.hour_settled + k.held >= k.hour_warn then
      if ledger_note(g.seen_at, k.hour_warned_at, k.scope, 'warn', 'hour', k.hour_warn, k.hour_settled + k.held, hold_id) then
        k.hour_warned_at := g.seen_at; warned := concat_ws(',', warned, 'key_hour');
      end if;
    end if;
    if k.day_settled + k.held >= k.day_warn then
      if ledger_note(g.seen_at, k.day_warned_at, k.scope, 'warn', 'day', k.day_warn, k.day_settled + k.held, hold_id) then
        k.day_warned_at := g.seen_at; warned := concat_ws(',', warned, 'key_day');
      end if;
    end if;
    return next;
  end loop;

  if k.scope is not null then perform ledger_keep(k); end if;
  perform ledger_keep(g);

  insert into holds (id, key_id, person_id, conversation_id, service, model, bound, max_tokens, held_at, expires_at, state)
  select p_ids[t.i], p_keys[t.i], p_people[t.i], p_conversations[t.i], p_services[t.i], p_models[t.i], t.bound, p_max_tokens[t.i], g.seen_at, g.seen_at + make_interval(secs => p_lifetimes[t.i]), 'held'
  from unnest(taken, bounds) as t(i, bound);
end $$;

-- Raises a hold before another attempt that may cost beside what an earlier one has cost already.
create function ledger_extend(p_now timestamptz, p_limits bigint[], p_id uuid, p_bound bigint)
returns table (hold_id uuid, granted boolean, bound bigint, room bigint, refused_by text, of_key boolean, limited_to bigint, used bigint, opens_at timestamptz, warned text)
language plpgsql security definer set search_path = public, pg_temp as $$
#variable_conflict use_variable
declare
  g budgets;
  k budgets;
  b budgets;
  h holds;
  more bigint;
begin
  g := ledger_lock('00000000-0000-0000-0000-000000000000', p_now);
  g.request_limit := least(g.request_limit, p_limits[1]);
  g.hour_limit := least(g.hour_limit, p_limits[2]);
  g.day_limit := least(g.day_limit, p_limits[3]);
  select * into h from holds where id = p_id for update;
  hold_id := p_id; bound := p_bound; of_key := false;
  if h.state is distinct from 'held' then
    granted := false; refused_by := 'released';
    return next;
    return;
  end if;

  if h.key_id is not null then k := ledger_lock(h.key_id, g.seen_at); end if;
  more := greatest(p_bound - h.bound, 0);
  -- The request's own limit is on its whole, the windows have the part that is held already.
  b := case
    when p_bound > g.request_limit or more > least(g.hour_limit - g.hour_settled - g.held, g.day_limit - g.day_settled - g.held) then g
    when p_bound > k.request_limit or more > least(k.hour_limit - k.hour_settled - k.held, k.day_limit - k.day_settled - k.held) then k
  end;
  granted := more = 0 or b.scope is null;
  if granted then
    g.held := g.held + more;
    k.held := k.held + more;
    update holds set bound = greatest(holds.bound, p_bound) where id = p_id;
  else
    of_key := b.scope is not distinct from h.key_id;
    refused_by := case when p_bound > b.request_limit then 'request' when more > b.hour_limit - b.hour_settled - b.held then 'hour' else 'day' end;
    limited_to := case refused_by when 'request' then b.request_limit when 'hour' then b.hour_limit else b.day_limit end;
    used := case refused_by when 'request' then 0 when 'hour' then b.hour_settled + b.held else b.day_settled + b.held end;
    opens_at := ledger_opens(b, refused_by, more);
  end if;

  if k.scope is not null then perform ledger_keep(k); end if;
  perform ledger_keep(g);
  return next;
end $$;

-- Gives back what was held and books what was spent, for some holds of one key (or of none).
create function ledger_turn(b budgets, p_held bigint, p_cost bigint) returns budgets language plpgsql as $$
begin
  b.held := b.held - p_held;
  return ledger_book(b, p_cost);
end $$;

-- What was booked at an earlier minute was an estimate; the truth takes its place where it still counts.
create function ledger_correct(b budgets, p_at timestamptz, p_difference bigint) returns budgets language plpgsql as $$
declare at_minute timestamptz := date_trunc('minute', p_at, 'UTC');
begin
  if p_difference = 0 or at_minute < b.day_from then return b; end if;

  insert into spend_minutes as m (scope, minute, settled) values (b.scope, at_minute, greatest(p_difference, 0))
  on conflict (scope, minute) do update set settled = m.settled + p_difference;
  b.day_settled := b.day_settled + p_difference;
  if at_minute >= b.hour_from then b.hour_settled := b.hour_settled + p_difference; end if;
  return b;
end $$;

-- Ends holds with what was really spent. Idempotent: what has ended stays as it is, except that the truth replaces the estimate of an expired
-- hold. A release of a hold that is not there keeps it from ever being taken. p_durable false: the commit need not wait for the disk, because
-- a settlement lost with the machine leaves its hold, which expires at the estimate.
create function ledger_settle(
  p_now timestamptz, p_durable boolean, p_ids uuid[], p_costs bigint[], p_releases boolean[],
  p_holds uuid[], p_attempts int[], p_attempt_ids uuid[], p_providers text[], p_models text[], p_versions text[], p_uncached bigint[], p_reads bigint[], p_writes_5m bigint[], p_writes_1h bigint[],
  p_visible bigint[], p_reasoning bigint[], p_line_costs bigint[], p_bases text[], p_outcomes text[])
returns table (hold_id uuid, became text)
language plpgsql security definer set search_path = public, pg_temp as $$
#variable_conflict use_variable
declare
  g budgets;
  k budgets;
  h holds;
  r record;
  done uuid[] := '{}';
begin
  if not p_durable then perform set_config('synchronous_commit', 'off', true); end if;
  g := ledger_lock('00000000-0000-0000-0000-000000000000', p_now);

  for r in
    with s as (select * from unnest(p_ids, p_costs, p_releases) as s(id, cost, release)),
    u as (
      update holds set state = case when s.release then 'released' else 'settled' end, settled = s.cost, settled_at = g.seen_at,
        flagged = case when s.cost > holds.bound then 'over_bound' end
      from s where holds.id = s.id and holds.state = 'held'
      returning holds.id, holds.key_id, holds.bound, s.cost)
    select u.key_id, sum(u.bound)::bigint as held, sum(u.cost)::bigint as cost, array_agg(u.id) as ids, array_agg(u.id) filter (where u.cost > u.bound) as over from u group by u.key_id
  loop
    done := done || r.ids;
    g := ledger_turn(g, r.held, r.cost);
    if r.key_id is not null then perform ledger_keep(ledger_turn(ledger_lock(r.key_id, g.seen_at), r.held, r.cost)); end if;
    for hold_id in select unnest(r.over) loop became := 'over_bound'; return next; end loop;
  end loop;

  if cardinality(done) < cardinality(p_ids) then
    for i in 1..cardinality(p_ids) loop
      if p_ids[i] = any (done) then continue; end if;

      hold_id := p_ids[i]; became := null;
      select * into h from holds where id = hold_id for update;
      if not found then
        -- Spent without a hold, which must not happen and is booked all the same; or released before it was ever taken.
        insert into holds (id, service, model, bound, held_at, expires_at, state, settled, settled_at, flagged)
        values (hold_id, 'unknown', 'unknown', 0, g.seen_at, g.seen_at + interval '1 second', case when p_releases[i] then 'released' else 'settled' end, p_costs[i], g.seen_at,
          case when p_costs[i] > 0 then 'over_bound' end);
        g := ledger_book(g, p_costs[i]);
        became := case when p_releases[i] then 'released' else 'over_bound' end;
      elsif h.state = 'expired' then
        g := ledger_correct(g, h.settled_at, p_costs[i] - h.settled);
        if h.key_id is not null then perform ledger_keep(ledger_correct(ledger_lock(h.key_id, g.seen_at), h.settled_at, p_costs[i] - h.settled)); end if;
        update holds set state = case when p_releases[i] then 'released' else 'settled' end, settled = p_costs[i], flagged = 'late' where id = hold_id;
        became := 'late';
      end if;
      if became is not null then return next; end if;
    end loop;
  end if;
  perform ledger_keep(g);

  insert into charges (hold_id, attempt, attempt_id, provider, model, price_version, uncached_input, cache_read, cache_write_5m, cache_write_1h, output_visible, reasoning,
    cost, basis, outcome, settled_at)
  select l.*, g.seen_at from unnest(p_holds, p_attempts, p_attempt_ids, p_providers, p_models, p_versions, p_uncached, p_reads, p_writes_5m, p_writes_1h, p_visible, p_reasoning,
    p_line_costs, p_bases, p_outcomes) as l
  on conflict do nothing;
end $$;

-- A hold past its end has an owner that is gone, and nobody knows what became of its request: it is settled at the estimate and flagged.
create function ledger_expire(p_now timestamptz, p_most int) returns table (hold_id uuid, key_id uuid, bound bigint)
language plpgsql security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare
  g budgets;
  r record;
begin
  if not exists (select from holds where state = 'held' and expires_at <= p_now) then return; end if;

  g := ledger_lock('00000000-0000-0000-0000-000000000000', p_now);
  for r in
    with u as (
      update holds set state = 'expired', settled = holds.bound, settled_at = g.seen_at, flagged = 'expired'
      where id in (select id from holds where state = 'held' and expires_at <= p_now order by expires_at limit p_most)
      returning holds.id, holds.key_id, holds.bound)
    select u.key_id, sum(u.bound)::bigint as held, array_agg(u.id) as ids, array_agg(u.bound) as bounds from u group by u.key_id
  loop
    g := ledger_turn(g, r.held, r.held);
    if r.key_id is not null then perform ledger_keep(ledger_turn(ledger_lock(r.key_id, g.seen_at), r.held, r.held)); end if;
    return query select t.id, r.key_id, t.bound from unnest(r.ids, r.bounds) as t(id, bound);
  end loop;
  perform ledger_keep(g);
end $$;

-- Somebody has looked up what an expired request really cost. False: it is not one, or it cannot have cost that much.
create function ledger_resolve(p_now timestamptz, p_id uuid, p_cost bigint) returns boolean
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  g budgets;
  h holds;
begin
  g := ledger_lock('00000000-0000-0000-0000-000000000000', p_now);
  select * into h from holds where id = p_id for update;
  if h.state is distinct from 'expired' or p_cost < 0 or p_cost > h.bound then return false; end if;

  perform ledger_keep(ledger_correct(g, h.settled_at, p_cost - h.settled));
  if h.key_id is not null then perform ledger_keep(ledger_correct(ledger_lock(h.key_id, g.seen_at), h.settled_at, p_cost - h.settled)); end if;
  update holds set state = 'settled', settled = p_cost, flagged = 'resolved' where id = p_id;
  return true;
end $$;

-- What no window reaches any more.
create function ledger_forget(p_now timestamptz) returns void language sql security definer set search_path = public, pg_temp as $$
  delete from spend_minutes where minute < least(p_now, (select seen_at from budgets where scope = '00000000-0000-0000-0000-000000000000')) - interval '25 hours'
$$;

-- Limits of one scope; the functions above are the only other writers.
create function ledger_limit(p_scope uuid, p_request bigint, p_hour bigint, p_day bigint, p_request_warn bigint, p_hour_warn bigint, p_day_warn bigint)
returns void language sql security definer set search_path = public, pg_temp as $$
  insert into budgets (scope, request_limit, hour_limit, day_limit, request_warn, hour_warn, day_warn)
  values (p_scope, p_request, p_hour, p_day, p_request_warn, p_hour_warn, p_day_warn)
  on conflict (scope) do update set request_limit = p_request, hour_limit = p_hour, day_limit = p_day, request_warn = p_request_warn, hour_warn = p_hour_warn, day_warn = p_day_warn
$$;

-- The service reads the ledger and changes it through the functions only.
grant select on budgets, spend_minutes, holds, charges, budget_events to assistant_app;
grant select, insert on price_versions to assistant_app;
revoke all on function
  ledger_hold, ledger_extend, ledger_settle, ledger_expire, ledger_resolve, ledger_forget, ledger_limit, ledger_roll, ledger_lock, ledger_keep, ledger_book, ledger_room, ledger_opens, ledger_note, ledger_turn,
  ledger_correct from public;
grant execute on function ledger_hold, ledger_extend, ledger_settle, ledger_expire, ledger_resolve, ledger_forget, ledger_limit to assistant_app;
