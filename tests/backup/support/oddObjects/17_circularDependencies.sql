-- A rule and views that read each other in a circle, together with a materialized view.
create table odd.circle (n int);
insert into odd.circle values (1);
create table odd.circle_log (n bigint);
create materialized view odd.circled as select n from odd.circle;
create rule circle_note as on insert to odd.circle do also insert into odd.circle_log select count(*) from odd.circled;
create view odd.round_a as select n from odd.circled;
create view odd.round_b as select n from odd.round_a;
create or replace view odd.round_a as select n from odd.circled union all select n from odd.round_b;
