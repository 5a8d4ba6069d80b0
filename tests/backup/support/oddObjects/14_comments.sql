-- Comments.
comment on schema "odd 2" is E'Two\nlines';
comment on domain odd.derived is 'Derived';
comment on type odd.mood is 'Mood';
comment on index odd.keys_brin is 'Brin';
comment on constraint keys_excl on odd.keys is 'Excl';
comment on view odd.v_columns is 'V';
comment on sequence "odd 2"."seq of others" is 'Seq';
comment on foreign data wrapper odd_wrapper is 'W';
comment on role odd_owner is 'Owner, for $$';
comment on table odd.tree_2025_eu is 'Part';
comment on column odd.tree.v is 'V';
comment on materialized view odd.m_first is 'M';
comment on function odd.double(int) is 'D';
comment on text search dictionary odd.syn is 'S';
