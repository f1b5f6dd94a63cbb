drop index tools_by_price;
alter table tools drop column price_cents;
