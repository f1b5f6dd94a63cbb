-- What stands at the head of a company's letters.
alter table accounts
  add column address_line1 text,
  add column address_line2 text,
  add column city text,
  add column state text,
  add column zip text,
  add column country text,
  add column phone text,
  add column email text,
  add column tax_id text,
  add constraint a_country_is_two_letters check (country ~ '^[A-Z]{2}$'),
  add constraint account_settings_are_an_object check (jsonb_typeof(settings) = 'object');
