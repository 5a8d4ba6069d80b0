-- At deploy too, so that the first row finds its partition.
select private.maintain_partitions();

select cron.schedule('maintain-partitions', '17 3 * * *', 'select private.maintain_partitions();');
