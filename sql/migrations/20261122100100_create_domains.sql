-- Input is validated where it is stored: no client can forget to.
create domain shared.email_address as text
  constraint email_address_is_valid check (value ~ '^[^@\s]+@[^@\s]+\.[^@\s]+$' and length(value) <= 254);

create domain shared.phone_number as text
  constraint phone_number_is_valid check (value ~ '^\+?[0-9][0-9 ().-]{4,30}$');

create domain shared.web_address as text
  constraint web_address_is_valid check (value ~ '^https?://[^\s]+$' and length(value) <= 2048);

-- One DNS label, lower case.
create domain shared.subdomain_label as text
  constraint subdomain_label_is_valid check (value ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$');

create domain shared.short_text as text
  constraint short_text_is_valid check (length(value) between 1 and 200);

create domain shared.json_object as jsonb
  constraint json_object_is_valid check (jsonb_typeof(value) = 'object');

create domain shared.json_array as jsonb
  constraint json_array_is_valid check (jsonb_typeof(value) = 'array');

create domain shared.money_amount as numeric(10, 2)
  constraint money_amount_is_valid check (value >= 0);

alter domain shared.email_address owner to app_owner;
alter domain shared.phone_number owner to app_owner;
alter domain shared.web_address owner to app_owner;
alter domain shared.subdomain_label owner to app_owner;
alter domain shared.short_text owner to app_owner;
alter domain shared.json_object owner to app_owner;
alter domain shared.json_array owner to app_owner;
alter domain shared.money_amount owner to app_owner;
