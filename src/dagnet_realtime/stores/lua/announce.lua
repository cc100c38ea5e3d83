-- Announces that a channel is watched to all processes.
-- KEYS: news, a stream. ARGV: kind, text.
redis.call('XADD', KEYS[1], 'MAXLEN', '~', 1000, '*', ARGV[1], ARGV[2])
redis.call('PEXPIRE', KEYS[1], 3600000)
return 0
