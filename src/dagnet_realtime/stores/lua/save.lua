-- Stores or renews a watch session. A change is announced, a renewal is not.
-- KEYS: mark, session, index, news, sessions of the person, sessions of the channel.
-- ARGV: id, bytes, ttl (ms), the most sessions that the person and the channel may have (-1: any).
-- Returns the mark's age (ms), and 0 if it was stored, 1 if the session was ended before, or how
-- many sessions the person and the channel have if that is too many.
local ends = integer(now + ARGV[3])
local known = redis.call('GET', KEYS[2])
if known == '' then
  return {mark_age(), 1}
end
if tonumber(ARGV[4]) >= 0 then
  local counts = {}
  for at = 5, 6 do
    redis.call('ZREMRANGEBYSCORE', KEYS[at], '-inf', integer(now))
    counts[at - 4] = redis.call('ZCARD', KEYS[at])
  end
  if counts[1] >= tonumber(ARGV[4]) or counts[2] >= tonumber(ARGV[5]) then
    return {mark_age(), counts}
  end
end
redis.call('SET', KEYS[2], ARGV[2], 'PXAT', ends)
for _, key in ipairs({KEYS[3], KEYS[5], KEYS[6]}) do
  redis.call('ZADD', key, ends, ARGV[1])
  redis.call('PEXPIREAT', key, redis.call('ZREVRANGE', key, 0, 0, 'WITHSCORES')[2])
end
if known and known ~= ARGV[2] then
  redis.call('XADD', KEYS[4], 'MAXLEN', '~', 1000, '*', 'session', ARGV[1])
  redis.call('PEXPIRE', KEYS[4], 3600000)
end
return {mark_age(), 0}
