-- Collations.
create collation odd.nondeterministic (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
create collation odd.outdated (provider = icu, locale = 'de');
update pg_collation set collversion = '1.0' where collname = 'outdated';
create collation odd.of_libc (provider = libc, lc_collate = 'C', lc_ctype = 'POSIX');
create table odd.collated (a text collate odd.nondeterministic primary key, b text collate odd.outdated);
insert into odd.collated values ('Abc', 'ä'), ('abd', 'z');
create index collated_b on odd.collated (b collate odd.of_libc desc nulls last, a);
alter collation odd.outdated owner to odd_owner;
comment on collation odd.of_libc is 'Plain';
