-- Called when the file is applied, too, so that the partition of the first row exists.
select private.maintain_partitions();

select cron.schedule('maintain-partitions', '17 3 * * *', 'select private.maintain_partitions();');
