-- Text.
create text search dictionary odd.syn (template = pg_catalog.simple, stopwords = 'english', accept = false);
create text search parser odd.parser (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, lextypes = prsd_lextype, headline = prsd_headline);
create text search template odd.template (init = dsimple_init, lexize = dsimple_lexize);
create text search configuration odd.conf (parser = odd.parser);
alter text search configuration odd.conf add mapping for asciiword, word with odd.syn, english_stem;
comment on text search configuration odd.conf is 'Conf';
comment on text search parser odd.parser is 'P';
comment on text search template odd.template is 'T';
alter text search configuration odd.conf owner to odd_owner;
create default conversion odd.conv for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8;
comment on conversion odd.conv is 'Conv';
alter conversion odd.conv owner to odd_owner;
create table odd.searched (t text, v tsvector generated always as (to_tsvector('odd.conf', t)) stored);
insert into odd.searched values ('the quick dogs');
