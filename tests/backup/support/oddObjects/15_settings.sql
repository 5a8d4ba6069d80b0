-- Settings.
alter role odd_owner set search_path = odd, "odd 2";
alter role odd_owner set statement_timeout = '1h';
do $$ begin execute format('alter database %I set work_mem = ''6MB''', current_database()); execute format('alter role odd_owner in database %I set "my.odd" = ''x, y''', current_database()); end $$;
do $x$ begin execute format('alter role %I in database %I set "my.odd" = ''100%% $$''', '50% of $$ ''x''', current_database()); end $x$;
do $x$ begin execute format('alter database %I set "my.odd" = ''$$''', current_database()); end $x$;
