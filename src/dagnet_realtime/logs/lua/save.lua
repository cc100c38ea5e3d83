-- KEYS: session, index, news. ARGV: id, bytes, ttl. Answers 0, or 1 where the session was ended. A change is news, a renewal is not.
local clock = redis.call('TIME')
local ends = string.format('%.0f', tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000) + ARGV[3])
local known = redis.call('GET', KEYS[1])
if known == '' then
  return 1
end
redis.call('SET', KEYS[1], ARGV[2], 'PXAT', ends)
redis.call('ZADD', KEYS[2], ends, ARGV[1])
redis.call('PEXPIREAT', KEYS[2], redis.call('ZREVRANGE', KEYS[2], 0, 0, 'WITHSCORES')[2])
if known and known ~= ARGV[2] then
  redis.call('XADD', KEYS[3], 'MAXLEN', '~', 1000, '*', 'session', ARGV[1])
  redis.call('PEXPIRE', KEYS[3], 3600000)
end
return 0
