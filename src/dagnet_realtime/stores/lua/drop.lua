-- KEYS: session, index, news, then where the session is counted. ARGV: id, for how long it is remembered to have ended (ms).
redis.call('SET', KEYS[1], '', 'PX', ARGV[2])
redis.call('ZREM', KEYS[2], ARGV[1])
for place = 4, #KEYS do
  redis.call('ZREM', KEYS[place], ARGV[1])
end
redis.call('XADD', KEYS[3], 'MAXLEN', '~', 1000, '*', 'session', ARGV[1])
redis.call('PEXPIRE', KEYS[3], 3600000)
return 0
