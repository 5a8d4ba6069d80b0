select cron.schedule('forget-people', '29 3 * * *', 'select private.forget_people();');
