select cron.schedule('clean-up-presence', '*/5 * * * *', 'select private.clean_up_presence();');
