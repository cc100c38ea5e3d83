-- Ends a watch session: an empty value stays, by which other processes know that it was ended.
-- KEYS: session, index, news, then the sets in which the session is counted.
-- ARGV: id, how long it is known as ended (ms).
redis.call('SET', KEYS[1], '', 'PX', ARGV[2])
redis.call('ZREM', KEYS[2], ARGV[1])
for at = 4, #KEYS do
  redis.call('ZREM', KEYS[at], ARGV[1])
end
redis.call('XADD', KEYS[3], 'MAXLEN', '~', 1000, '*', 'session', ARGV[1])
redis.call('PEXPIRE', KEYS[3], 3600000)
return 0
