select cron.schedule('collect-metrics', '*/5 * * * *', 'select 1');
