select cron.schedule('collect-metrics', '0 */6 * * *', 'select private.collect_business_metrics();');
