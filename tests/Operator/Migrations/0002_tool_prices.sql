alter table tools add column price_cents bigint not null default 0;
create index tools_by_price on tools (price_cents);
