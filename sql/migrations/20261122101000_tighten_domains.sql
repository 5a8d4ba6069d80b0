-- NaN is larger than every number to PostgreSQL, and would make a NaN of every sum. Text of nothing but blanks says nothing.
alter domain shared.money_amount drop constraint money_amount_is_valid;
alter domain shared.money_amount add constraint money_amount_is_valid check (value >= 0 and value <> 'NaN');

alter domain shared.short_text drop constraint short_text_is_valid;
alter domain shared.short_text add constraint short_text_is_valid
  check (length(value) <= 200 and length(btrim(value)) > 0);
