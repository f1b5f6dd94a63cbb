-- Where on the earth a property is (WGS 84, degrees), for who wants to see a day's round drawn and put in order.
alter table properties
  add column latitude double precision,
  add column longitude double precision,
  add constraint a_property_is_somewhere_whole check ((latitude is null) = (longitude is null)),
  add constraint a_property_is_on_the_earth check (latitude between -90 and 90 and longitude between -180 and 180);
