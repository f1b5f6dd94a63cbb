-- A process that takes many holds leases a part of the budget ahead: a row of holds with "leased", which counts as held like any other. Holds are then taken out of it
-- in memory and written down a moment later; what they take leaves the lease as it comes into their own rows, so that the sum of what is held
-- never says less than what may be spent. A process that is killed leaves its lease behind, which expires at all that it may have spent of it.

alter table holds add column leased bigint;
alter table holds add constraint a_lease_is_not_negative check (leased >= 0);
comment on column holds.leased is 'set for a lease: all that it was ever given; its bound is the part that no request was written down for yet';

-- Notes the warnings that a budget has come to.
create function ledger_warn(b budgets, p_hold uuid) returns budgets language plpgsql as $$
begin
  if b.hour_settled + b.held >= b.hour_warn then
    if ledger_note(b.seen_at, b.hour_warned_at, b.scope, 'warn', 'hour', b.hour_warn, b.hour_settled + b.held, p_hold) then b.hour_warned_at := b.seen_at; end if;
  end if;
  if b.day_settled + b.held >= b.day_warn then
    if ledger_note(b.seen_at, b.day_warned_at, b.scope, 'warn', 'day', b.day_warn, b.day_settled + b.held, p_hold) then b.day_warned_at := b.seen_at; end if;
  end if;
  return b;
end $$;

-- Brings leases to what their owner wants. A total is all that a lease was ever given, so that saying it twice changes nothing. No lease grows beyond the
-- given share of the room, because what one process has nobody else can use. Null for a total ends a lease: p_left says what its owner has not
-- used of it. What is there beyond that was used by requests that never came to be written down, and is settled as what it is: nobody knows better.
create function ledger_lease(p_now timestamptz, p_limits bigint[], p_share int, p_lifetime int, p_ids uuid[], p_keys uuid[], p_totals bigint[], p_left bigint[])
returns table (lease_id uuid, alive boolean, leased bigint, request_limit bigint)
language plpgsql security definer set search_path = public, pg_temp as $$
#variable_conflict use_variable
declare
  g budgets;
  k budgets;
  h holds;
  room bigint;
  more bigint;
  lost bigint;
begin
  g := ledger_lock('00000000-0000-0000-0000-000000000000', p_now);
  g.request_limit := least(g.request_limit, p_limits[1]);
  g.hour_limit := least(g.hour_limit, p_limits[2]);
  g.day_limit := least(g.day_limit, p_limits[3]);

  for i in 1..cardinality(p_ids) loop
    lease_id := p_ids[i]; alive := true; leased := 0;
    k := null;
    if p_keys[i] is not null then k := ledger_lock(p_keys[i], g.seen_at); end if;
    request_limit := least(g.request_limit, k.request_limit);

    select * into h from holds where id = lease_id for update;
    if not found then
      insert into holds (id, key_id, service, model, bound, leased, held_at, expires_at, state)
      values (lease_id, p_keys[i], 'lease', '', 0, 0, g.seen_at, g.seen_at + make_interval(secs => p_lifetime), 'held')
      returning * into h;
    end if;

    if h.state <> 'held' then
      alive := false;
    elsif p_totals[i] is null then
      alive := false;
      lost := greatest(h.bound - p_left[i], 0);
      g := ledger_turn(g, h.bound, lost);
      if k.scope is not null then k := ledger_turn(k, h.bound, lost); end if;
      update holds set state = case when lost > 0 then 'expired' else 'released' end, flagged = case when lost > 0 then 'expired' end, bound = lost, settled = lost, settled_at = g.seen_at
      where id = lease_id;
    else
      more := p_totals[i] - h.leased;
      if more > 0 then
        room := least(g.hour_limit - g.hour_settled - g.held, g.day_limit - g.day_settled - g.held, k.hour_limit - k.hour_settled - k.held, k.day_limit - k.day_settled - k.held);
        more := least(more, greatest((room + h.bound) / p_share - h.bound, 0));
      else
        more := greatest(more, - h.bound);
      end if;
      g.held := g.held + more;
      k.held := k.held + more;
      leased := h.leased + more;
      update holds set bound = holds.bound + more, leased = leased,
        expires_at = case when expires_at < g.seen_at + make_interval(secs => p_lifetime / 2) then g.seen_at + make_interval(secs => p_lifetime) else expires_at end
      where id = lease_id;
    end if;

    if k.scope is not null then perform ledger_keep(k); end if;
    return next;
  end loop;
  perform ledger_keep(g);
end $$;

-- Writes down holds that were taken out of leases. Idempotent: a hold that is there is passed over. When the lease has expired meanwhile, the
-- holds take back their part of its estimate. Answers the warnings that were crossed.
create function ledger_draw(
  p_now timestamptz, p_limits bigint[], p_leases uuid[],
  p_ids uuid[], p_keys uuid[], p_people uuid[], p_conversations uuid[], p_services text[], p_models text[],
  p_bounds bigint[], p_max_tokens bigint[], p_held_at timestamptz[], p_lifetimes int[])
returns table (hold_id uuid, warned text)
language plpgsql security definer set search_path = public, pg_temp as $$
#variable_conflict use_variable
declare
  g budgets;
  k budgets;
  was_g budgets;
  was_k budgets;
  h holds;
  r record;
  covered bigint;
begin
  g := ledger_lock('00000000-0000-0000-0000-000000000000', p_now);
  g.hour_warn := least(g.hour_warn, p_limits[5]);
  g.day_warn := least(g.day_warn, p_limits[6]);

  for r in
    with u as (
      select * from unnest(p_leases, p_ids, p_keys, p_people, p_conversations, p_services, p_models, p_bounds, p_max_tokens, p_held_at, p_lifetimes)
        as u(lease_id, id, key_id, person_id, conversation_id, service, model, bound, max_tokens, held_at, lifetime)),
    n as (
      insert into holds (id, key_id, person_id, conversation_id, service, model, bound, max_tokens, held_at, expires_at, state)
      select u.id, u.key_id, u.person_id, u.conversation_id, u.service, u.model, u.bound, u.max_tokens, u.held_at, u.held_at + make_interval(secs => u.lifetime), 'held' from u
      on conflict do nothing
      returning holds.id)
    select u.lease_id, u.key_id, sum(u.bound)::bigint as drawn, (array_agg(u.id))[1] as id from u join n on n.id = u.id group by u.lease_id, u.key_id
  loop
    k := null;
    if r.key_id is not null then k := ledger_lock(r.key_id, g.seen_at); end if;

    select * into h from holds where id = r.lease_id for update;
    covered := case h.state when 'held' then least(h.bound, r.drawn) when 'expired' then least(h.settled, r.drawn) else 0 end;
    if h.state = 'expired' then
      g := ledger_correct(g, h.settled_at, - covered);
      if k.scope is not null then k := ledger_correct(k, h.settled_at, - covered); end if;
      update holds set settled = holds.settled - covered, bound = holds.bound - covered where id = r.lease_id;
      covered := 0;
    elsif covered > 0 then
      update holds set bound = holds.bound - covered where id = r.lease_id;
    end if;

    g.held := g.held + r.drawn - covered;
    k.held := k.held + r.drawn - covered;
    was_g := g; was_k := k;
    g := ledger_warn(g, r.id);
    if k.scope is not null then k := ledger_warn(k, r.id); end if;
    warned := concat_ws(',',
      case when g.hour_warned_at is distinct from was_g.hour_warned_at then 'hour' end, case when g.day_warned_at is distinct from was_g.day_warned_at then 'day' end,
      case when k.hour_warned_at is distinct from was_k.hour_warned_at then 'key_hour' end, case when k.day_warned_at is distinct from was_k.day_warned_at then 'key_day' end);
    if k.scope is not null then perform ledger_keep(k); end if;
    if warned <> '' then hold_id := r.id; return next; end if;
  end loop;
  perform ledger_keep(g);
end $$;

revoke all on function ledger_warn, ledger_lease, ledger_draw from public;
grant execute on function ledger_lease, ledger_draw to assistant_app;
